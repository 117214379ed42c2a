/* Threads that wait for ever; a library. */
#include <pthread.h>
#include <semaphore.h>
#include <stddef.h>

static sem_t never;

static void *wait(void *nothing) {
  for (;;)
    sem_wait(&never);
  return nothing;
}

void start_idle_threads(int count) {
  pthread_t thread;
  sem_init(&never, 0, 0);
  for (int i = 0; i < count; i++)
    pthread_create(&thread, NULL, wait, NULL);
}
