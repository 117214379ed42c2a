/*
 * The launcher: what a packed austin is on Windows before anything else.
 *
 * deno.exe is signed, so it stays as it is. The launcher is followed by the
 * payload (`scripts/pack/overlay.ts`), which holds deno.exe and the program.
 * It puts them into the user's cache once, and starts the one with the other.
 * It is linked without a C library.
 */
#ifndef AUSTIN_LAUNCHER_WINDOWS_H
#define AUSTIN_LAUNCHER_WINDOWS_H

#define WIN32_LEAN_AND_MEAN
#define _WIN32_WINNT 0x0A00
#include <stdint.h>
#include <windows.h>

#define HASH_SIZE 32
#define NAME_LENGTH 24

/* Characters of a path, and of a command line. */
#define PATH_LENGTH 1024
#define LONGEST 32768

/* Exit code of all that goes wrong before deno runs. */
#define FAILURE 70

/* Bytes of the payload, from its beginning. */
struct part {
  uint64_t offset;
  uint64_t size;
};

/* One file to be put into the cache. Names end with a zero. */
struct packed_file {
  struct part content;
  uint8_t sha256[HASH_SIZE];
  WCHAR folder[NAME_LENGTH];
  WCHAR name[NAME_LENGTH];
};

enum { RUNTIME, LOADER, LIBRARY, BUNDLE, FILE_COUNT };

/* Lists are strings in UTF-16 that end with a zero, and an empty one. */
struct payload {
  char magic[8];
  struct part arguments;     /* a string: deno's, before the loader */
  struct part settings;      /* a list of NAME=VALUE for deno */
  struct part hidden;        /* a list of prefixes of variables that deno must not see */
  struct part hidden_prefix; /* a string: what is put before their names */
  struct part answers;       /* a list of questions, each followed by its answer */
  struct packed_file files[FILE_COUNT];
};

/* Everything that is too large for the stack. */
struct launch {
  const struct payload *payload;
  WCHAR own_path[PATH_LENGTH];
  WCHAR cache[PATH_LENGTH];
  WCHAR paths[FILE_COUNT][PATH_LENGTH];
  WCHAR temporary[PATH_LENGTH];
  WCHAR command[LONGEST];
  /* Kept open until deno has begun, so that nobody can write to it. */
  HANDLE runtime;
};

const void *bytes_of(const struct payload *payload, struct part part);
const WCHAR *text_of(const struct payload *payload, struct part part);

/* Says what failed, with the system's error number and what to do, and ends the process. */
__attribute__((noreturn)) void fail(const WCHAR *what, const WCHAR *path,
                                    const WCHAR *hint);

/* Maps this executable and finds its payload. */
void find_payload(struct launch *launch);

/* Puts all files into the cache, unless they are there. */
void fill_cache(struct launch *launch);

/* Appends to a string of at most `room` characters; fails when it does not fit. */
void append(WCHAR *string, const WCHAR *more, int room);

void *allocate(SIZE_T size);

#endif
