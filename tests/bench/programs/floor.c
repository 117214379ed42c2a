/*
 * floor PID SECONDS TABLE: copies the same regions of a process again and
 * again with bare process_vm_readv calls. TABLE is a file of iovec entries.
 * Prints the copies made and the seconds of CPU time that they took.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/uio.h>
#include <time.h>

#define MAX_REGIONS 1024

static double now(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv) {
  static struct iovec regions[MAX_REGIONS];
  if (argc < 4)
    return 1;
  pid_t pid = atoi(argv[1]);
  FILE *file = fopen(argv[3], "rb");
  size_t count = file ? fread(regions, sizeof *regions, MAX_REGIONS, file) : 0;
  size_t size = 0;
  for (size_t i = 0; i < count; i++)
    size += regions[i].iov_len;
  struct iovec into = {malloc(size), size};
  double end = now(CLOCK_MONOTONIC) + atof(argv[2]);
  double start = now(CLOCK_PROCESS_CPUTIME_ID);
  long copies = 0;
  for (; now(CLOCK_MONOTONIC) < end; copies++)
    if (process_vm_readv(pid, &into, 1, regions, count, 0) != (ssize_t)size)
      return 2;
  printf("%ld %.6f\n", copies, now(CLOCK_PROCESS_CPUTIME_ID) - start);
  return 0;
}
