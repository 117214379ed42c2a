/*
 * The cache of a packed austin. It belongs to whoever runs austin, and is read
 * and written by way of open folders: what somebody else could have put there
 * is not used.
 */
#define _GNU_SOURCE
#include "launcher_posix.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef __APPLE__
static const char *const FOLDERS[] = {"Library", "Caches", "austin", NULL};
#else
static const char *const FOLDERS[] = {".cache", "austin", NULL};
#endif

/* Bytes from which on a file is hashed only when it is written. */
#define LARGE (16 << 20)

#define WRITABLE_BY_OTHERS (S_IWGRP | S_IWOTH)

static const char WRITE_HINT[] =
    "austin has to unpack itself once, some 100 MB: make that folder writable, "
    "or set HOME to one that is";

/* Root's is its own, whoever called it: HOME may be a user's, who could change what root runs. */
static const char *home(void) {
  const char *named = geteuid() == 0 ? NULL : getenv("HOME");
  if (named != NULL && named[0] == '/')
    return named;
  const struct passwd *entry = getpwuid(geteuid());
  if (entry == NULL || entry->pw_dir == NULL || entry->pw_dir[0] != '/') {
    errno = 0;
    fail("Cannot find a folder for the cache", "", "set HOME");
  }
  return entry->pw_dir;
}

/* Whether only we can have written to it. */
static int is_ours(const struct stat *status) {
  return status->st_uid == geteuid() &&
         (status->st_mode & WRITABLE_BY_OTHERS) == 0;
}

/* Opens a folder, and makes it if it is not there. Of our own none is a link; where users keep caches is their choice. */
static int open_folder(int parent, const char *name, const char *path, int flags) {
  if (mkdirat(parent, name, 0700) != 0 && errno != EEXIST)
    fail("Cannot write to the cache", path, WRITE_HINT);
  int folder = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | flags);
  if (folder < 0)
    fail("Cannot use the cache", path, "it has to be a folder, and no link");
  return folder;
}

/* A folder in which our files are: it has to be ours alone. */
static void check_folder(int folder, const char *path) {
  struct stat status;
  if (fstat(folder, &status) != 0 || !is_ours(&status)) {
    errno = 0;
    fail("Cannot use the cache", path,
         "it belongs to somebody else, or others may write to it: delete it");
  }
}

/* @returns the cache's folder; its path is put into `path`. */
static int open_cache(char path[PATH_LENGTH]) {
  path[0] = 0;
  append(path, home());
  int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0)
    fail("Cannot open the folder for the cache", path, WRITE_HINT);
  for (const char *const *name = FOLDERS; *name != NULL; name++) {
    append(path, "/");
    append(path, *name);
    int inner = open_folder(folder, *name, path, name[1] == NULL ? O_NOFOLLOW : 0);
    close(folder);
    folder = inner;
  }
  check_folder(folder, path);
  return folder;
}

static size_t size_of(const struct packed_file *packed) {
  return (size_t)(packed->end - packed->begin);
}

static int has_hash(const uint8_t *bytes, const struct packed_file *packed) {
  uint8_t found[SHA256_SIZE];
  sha256(bytes, size_of(packed), found);
  return memcmp(found, packed->sha256, SHA256_SIZE) == 0;
}

static int has_content(int file, const struct packed_file *packed) {
  size_t size = size_of(packed);
  if (size >= LARGE || size == 0)
    return 1;
  const void *bytes = mmap(NULL, size, PROT_READ, MAP_PRIVATE, file, 0);
  if (bytes == MAP_FAILED)
    return 0;
  int is_right = has_hash(bytes, packed);
  munmap((void *)bytes, size);
  return is_right;
}

/* Whether a file of the cache is what it should be. To hash deno at every start takes too long. */
static int is_cached(int folder, const struct packed_file *packed) {
  int file = openat(folder, packed->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (file < 0)
    return 0;
  struct stat status;
  int is_right = fstat(file, &status) == 0 && S_ISREG(status.st_mode) &&
                 is_ours(&status) && (status.st_mode & S_IRUSR) != 0 &&
                 (size_t)status.st_size == size_of(packed) &&
                 has_content(file, packed);
  close(file);
  return is_right;
}

static int write_all(int file, const uint8_t *bytes, size_t size) {
  while (size > 0) {
    ssize_t done = write(file, bytes, size);
    if (done < 0 && errno == EINTR)
      continue;
    if (done <= 0)
      return -1;
    bytes += done;
    size -= (size_t)done;
  }
  return 0;
}

/* Writes beside the file's place and renames: others see all of it or nothing. */
static void extract(int folder, const struct packed_file *packed, const char *path) {
  char temporary[64];
  errno = 0;
  if (!has_hash(packed->begin, packed))
    fail("This program is damaged", "", "get it again");
  snprintf(temporary, sizeof temporary, ".%ld.new", (long)getpid());
  unlinkat(folder, temporary, 0);
  int file = openat(folder, temporary,
                    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (file < 0)
    fail("Cannot write to the cache", path, WRITE_HINT);
  /* Closed before it is renamed: a program that is open for writing cannot be started. */
  int is_written = write_all(file, packed->begin, size_of(packed)) == 0 &&
                   fchmod(file, 0500) == 0 && fsync(file) == 0;
  is_written = close(file) == 0 && is_written;
  if (!is_written ||
      renameat(folder, temporary, folder, packed->name) != 0) {
    int error = errno;
    unlinkat(folder, temporary, 0);
    errno = error;
    fail("Cannot write to the cache", path, WRITE_HINT);
  }
}

void fill_cache(char paths[FILE_COUNT][PATH_LENGTH]) {
  char cache[PATH_LENGTH];
  int folder = open_cache(cache);
  for (int i = 0; i < FILE_COUNT; i++) {
    const struct packed_file *packed = &packed_files[i];
    char *path = paths[i];
    path[0] = 0;
    append(path, cache);
    append(path, "/");
    append(path, packed->folder);
    int inner = open_folder(folder, packed->folder, path, O_NOFOLLOW);
    check_folder(inner, path);
    append(path, "/");
    append(path, packed->name);
    if (!is_cached(inner, packed))
      extract(inner, packed, path);
    close(inner);
  }
  close(folder);
}
