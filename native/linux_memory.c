/* Reading other processes' memory on Linux. See austin_shim.h for what each function promises. */
#define _GNU_SOURCE
#include "austin_shim.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

/* The kernel's UIO_MAXIOV. */
#define MAX_VECTORS 1024

/* Bytes of "/proc/PID/mem". */
#define PATH_SIZE 32

_Static_assert(sizeof(struct iovec) == sizeof(struct austin_region),
               "a region table must be an array of iovec");

static int32_t read_error(void) {
  switch (errno) {
  case ESRCH:
  case ENOENT:
    return AUSTIN_GONE;
  case EPERM:
  case EACCES:
    return AUSTIN_DENIED;
  case EFAULT:
  case EIO:
    return AUSTIN_BAD_ADDRESS;
  default:
    return AUSTIN_FAILED;
  }
}

/* A process is its id: every read names it anew. */
int32_t austin_open_process(int32_t pid) { return pid; }

/*
 * What there is where process_vm_readv is missing or forbidden. A file is
 * one address space: at its end, as after an exec, all reads give 0 bytes. The
 * one that was read last stays open.
 */
static int memory_file = -1;
static int32_t memory_owner;

void austin_close_process(int32_t process) {
  if (memory_file < 0 || process != memory_owner)
    return;
  close(memory_file);
  memory_file = -1;
}

static int open_memory(int32_t process) {
  char path[PATH_SIZE];
  austin_close_process(memory_owner);
  snprintf(path, sizeof path, "/proc/%d/mem", (int)process);
  memory_owner = process;
  return memory_file = open(path, O_RDONLY | O_CLOEXEC);
}

/* Returns the bytes read, 0 when the process has ended, or -1. */
static ssize_t read_memory(int32_t process, const struct iovec *region, uint8_t *local) {
  int is_new = memory_file < 0 || process != memory_owner;
  if (is_new && open_memory(process) < 0)
    return -1;
  ssize_t got = pread64(memory_file, local, region->iov_len, (off64_t)(uintptr_t)region->iov_base);
  if (got != 0 || is_new || region->iov_len == 0)
    return got;
  if (open_memory(process) < 0)
    return -1;
  return pread64(memory_file, local, region->iov_len, (off64_t)(uintptr_t)region->iov_base);
}

/* Reads as process_vm_readv does. */
static ssize_t read_file(int32_t process, uint8_t *local, const struct iovec *remote, int32_t n) {
  ssize_t copied = 0;
  for (int32_t i = 0; i < n; i++) {
    ssize_t got = read_memory(process, &remote[i], local + copied);
    if (got == 0 && remote[i].iov_len > 0) {
      errno = ESRCH;
      got = -1;
    }
    if (got < 0)
      return copied > 0 ? copied : -1;
    copied += got;
    if ((size_t)got < remote[i].iov_len)
      break;
  }
  return copied;
}

/*
 * The call may be missing, or forbidden whatever the process, as containers do
 * by seccomp. Reading the file takes the same privilege over the process, so
 * where the file can be read it was the call that was forbidden.
 */
static ssize_t read_at_once(int32_t process, uint8_t *local, size_t size,
                            const struct iovec *remote, int32_t n) {
  static int has_no_call;
  if (!has_no_call) {
    struct iovec into = {local, size};
    ssize_t got = process_vm_readv(process, &into, 1, remote, (unsigned long)n, 0);
    if (got >= 0 || (errno != ENOSYS && errno != EPERM))
      return got;
  }
  ssize_t got = read_file(process, local, remote, n);
  has_no_call |= got > 0;
  return got;
}

int32_t austin_read(int32_t process, const struct austin_region *regions,
                    int32_t count, uint8_t *local) {
  int64_t copied = 0;
  for (int32_t first = 0; first < count; first += MAX_VECTORS) {
    int32_t n = count - first < MAX_VECTORS ? count - first : MAX_VECTORS;
    const struct iovec *remote = (const struct iovec *)regions + first;
    int64_t wanted = 0;
    for (int32_t i = 0; i < n; i++)
      wanted += (int64_t)remote[i].iov_len;
    ssize_t got = read_at_once(process, local + copied, (size_t)wanted, remote, n);
    if (got < 0)
      return copied > 0 ? (int32_t)copied : read_error();
    copied += got;
    if (got < wanted)
      break;
  }
  return (int32_t)copied;
}
