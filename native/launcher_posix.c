/* Becomes deno with the program in this file. See launcher_posix.h. */
#define _GNU_SOURCE
#include "launcher_posix.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#ifdef __APPLE__
#include <mach-o/dyld.h>
#endif

extern char **environ;

void fail(const char *what, const char *path, const char *hint) {
  int error = errno;
  fprintf(stderr, "austin: %s", what);
  if (path[0] != 0)
    fprintf(stderr, ": %s", path);
  if (error != 0)
    fprintf(stderr, ": %s", strerror(error));
  fprintf(stderr, "\n");
  if (hint[0] != 0)
    fprintf(stderr, "hint: %s\n", hint);
  exit(FAILURE);
}

void append(char path[PATH_LENGTH], const char *more) {
  size_t at = strlen(path), size = strlen(more);
  errno = 0;
  if (at + size >= PATH_LENGTH)
    fail("A path is too long", path, "");
  memcpy(path + at, more, size + 1);
}

static void *allocate(size_t size) {
  void *memory = calloc(1, size);
  if (memory == NULL)
    fail("There is no memory", "", "");
  return memory;
}

static char *joined(const char *a, const char *b, const char *c) {
  size_t size = strlen(a) + strlen(b) + strlen(c) + 1;
  char *text = allocate(size);
  snprintf(text, size, "%s%s%s", a, b, c);
  return text;
}

/* Some questions have the same answer always; for those deno need not start. */
static void answer(const char *question) {
  for (const char *const *at = answers; *at != NULL; at += 2)
    if (strcmp(at[0], question) == 0 && fputs(at[1], stdout) >= 0 &&
        fflush(stdout) == 0)
      exit(0);
}

/* Path of this program by the name that it was started with, if the system tells. */
static void find_program(char path[PATH_LENGTH]) {
#ifdef __APPLE__
  uint32_t size = PATH_LENGTH;
  int is_found = _NSGetExecutablePath(path, &size) == 0;
#else
  ssize_t size = readlink("/proc/self/exe", path, PATH_LENGTH - 1);
  int is_found = size > 0;
  path[is_found ? size : 0] = 0;
#endif
  if (!is_found)
    fail("Cannot find out where this program is", "", "move it to a shorter path");
}

static int is_hidden(const char *variable) {
  for (const char *const *prefix = hidden_variables; *prefix != NULL; prefix++)
    if (strncmp(variable, *prefix, strlen(*prefix)) == 0)
      return 1;
  return 0;
}

static size_t count(const char *const *list) {
  size_t length = 0;
  while (list[length] != NULL)
    length++;
  return length;
}

/*
 * deno's settings, then the user's variables; what deno would listen to gets
 * another name, so that the program can give it back to what it launches.
 */
static char **environment(const char *program, const char *loader) {
  size_t room = count(runtime_settings) + count((const char *const *)environ) + 3;
  char **variables = allocate(room * sizeof *variables);
  char **to = variables;
  /* Below a file, so it cannot be made: all caches stay in memory. */
  *to++ = joined("DENO_DIR=", loader, "/austin");
  *to++ = joined("AUSTIN_LAUNCHER=", program, "");
  for (const char *const *at = runtime_settings; *at != NULL; at++)
    *to++ = (char *)*at;
  for (char **at = environ; *at != NULL; at++)
    *to++ = is_hidden(*at) ? joined(hidden_prefix, *at, "") : *at;
  return variables;
}

static char **command(char paths[FILE_COUNT][PATH_LENGTH], int count_given,
                      char **given) {
  size_t room = count(runtime_arguments) + (size_t)count_given + 2;
  char **words = allocate(room * sizeof *words);
  char **to = words;
  *to++ = paths[RUNTIME];
  for (const char *const *at = runtime_arguments; *at != NULL; at++)
    *to++ = (char *)*at;
  *to++ = paths[LOADER];
  for (int i = 1; i < count_given; i++)
    *to++ = given[i];
  return words;
}

int main(int argc, char **argv) {
  static char paths[FILE_COUNT][PATH_LENGTH];
  static char program[PATH_LENGTH];
  if (argc == 2)
    answer(argv[1]);
  find_program(program);
  fill_cache(paths);
  execve(paths[RUNTIME], command(paths, argc, argv),
         environment(program, paths[LOADER]));
  fail("Cannot start", paths[RUNTIME],
       "the file system of the cache may forbid programs: set HOME to another one");
}
