/*
 * sleeper INTERVAL_US SECONDS [FILE]: does nothing but sleep to absolute
 * deadlines, as well as the machine lets it, and writes down when it woke up
 * (doubles, microseconds). What no sampler that sleeps can do better.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <time.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

int main(int argc, char **argv) {
  if (argc < 3)
    return 1;
  double interval = atof(argv[1]), start = now(), deadline = start;
  double end = start + atof(argv[2]) * 1e6;
  size_t size = (size_t)((end - start) / interval) + 16, count = 0;
  double *woken = calloc(size, sizeof *woken);
  prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
  for (double at = start; at < end && count < size; at = now()) {
    woken[count++] = at;
    do
      deadline += interval;
    while (deadline <= at);
    struct timespec t;
    t.tv_sec = (time_t)(deadline / 1e6);
    t.tv_nsec = (long)((deadline - (double)t.tv_sec * 1e6) * 1e3);
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
  }
  FILE *file = argc > 3 ? fopen(argv[3], "wb") : NULL;
  if (file == NULL)
    return argc > 3;
  fwrite(woken, sizeof *woken, count, file);
  return fclose(file);
}
