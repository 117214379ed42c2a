/*
 * The launcher: what a packed austin is on macOS before anything else.
 *
 * deno is signed, so it stays as it is. The launcher has it, and the program,
 * in a section of its own, which its own signature covers. It puts them into
 * the user's cache once, and becomes deno. Nothing here is macOS' own but
 * where the cache and the executable are, so that all of it is tested on Linux.
 */
#ifndef AUSTIN_LAUNCHER_POSIX_H
#define AUSTIN_LAUNCHER_POSIX_H

#include "sha256.h"

/* Exit code of all that goes wrong before deno runs. */
#define FAILURE 70

#define PATH_LENGTH 4096

/* One file to be put into the cache. */
struct packed_file {
  const uint8_t *begin;
  const uint8_t *end;
  uint8_t sha256[SHA256_SIZE];
  const char *folder;
  const char *name;
};

enum { RUNTIME, LOADER, LIBRARY, BUNDLE, FILE_COUNT };

/* What was packed, from payload.c, which `scripts/pack/macos.ts` writes. Lists end with NULL. */
extern const struct packed_file packed_files[FILE_COUNT];
extern const char *const runtime_arguments[];
extern const char *const runtime_settings[]; /* NAME=VALUE */
extern const char *const hidden_variables[]; /* prefixes of names that deno must not see */
extern const char *const hidden_prefix;      /* what is put before them */
extern const char *const answers[];          /* questions, each followed by its answer */

/* Says what failed, why by errno if that is not 0, and what to do; ends the process. */
__attribute__((noreturn)) void fail(const char *what, const char *path,
                                    const char *hint);

/* Appends to a path; fails when it does not fit. */
void append(char path[PATH_LENGTH], const char *more);

/* Puts all files into the cache, unless they are there. */
void fill_cache(char paths[FILE_COUNT][PATH_LENGTH]);

#endif
