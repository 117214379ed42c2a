/* Halting single threads of other processes on Linux. See austin_shim.h for what each function promises. */
#define _GNU_SOURCE
#include "austin_shim.h"

#include <elf.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Older C libraries do not name them. */
#ifndef PTRACE_EVENT_STOP
#define PTRACE_EVENT_STOP 128
#endif
#ifndef NT_PRSTATUS
#define NT_PRSTATUS 1
#endif

/* A running thread halts within some 10 µs; after this it is waited for asleep. */
#define SPIN_US 60.0
#define NAP_NS 20000

/* A thread of a process that we trace. */
struct traced {
  pid_t pid, tid;
};

/* Threads that did not halt in time, or were killed meanwhile: still to be let go, or buried. */
#define MAX_LATE 64
static struct traced late[MAX_LATE];
static int late_count;

enum outcome { HALTED, RUNNING, ENDED, VANISHED };

/*
 * Looks at a thread that we trace without taking the notice away: what a
 * thread that is our own child has to say about its end is for its owner.
 */
static enum outcome look(pid_t tid, int *status) {
  siginfo_t info;
  memset(&info, 0, sizeof info);
  int flags = WSTOPPED | WEXITED | WNOHANG | WNOWAIT | __WALL;
  if (waitid(P_PID, (id_t)tid, &info, flags) < 0)
    return VANISHED;
  if (info.si_pid == 0)
    return RUNNING;
  *status = info.si_status;
  return info.si_code == CLD_TRAPPED || info.si_code == CLD_STOPPED ? HALTED : ENDED;
}

/* The parent's id, or 0. The name in parentheses may hold anything. */
static pid_t parent_of(pid_t tid) {
  char path[32], text[256];
  snprintf(path, sizeof path, "/proc/%d/stat", (int)tid);
  int32_t file = austin_open_file((const uint8_t *)path);
  int32_t size = file < 0 ? -1 : austin_read_file(file, (uint8_t *)text, sizeof text - 1);
  if (file >= 0)
    austin_close_file(file);
  if (size < 0)
    return 0;
  text[size] = 0;
  const char *end = strrchr(text, ')');
  int parent = 0;
  return end && sscanf(end + 1, " %*c %d", &parent) == 1 ? parent : 0;
}

/* A thread that ended while we traced it is kept for us, and from its parent, until we have looked. */
static void bury(struct traced thread) {
  siginfo_t info;
  if (thread.tid != thread.pid || parent_of(thread.tid) != getpid())
    waitid(P_PID, (id_t)thread.tid, &info, WEXITED | WNOHANG | __WALL);
}

/* The signal that a halted thread was about to get, or 0. */
static int signal_of(int status) { return (status >> 8) == 0 ? status & 0x7f : 0; }

static void remember_late(struct traced thread) {
  if (late_count < MAX_LATE)
    late[late_count++] = thread;
}

/* One that was killed while it was halted is not ours to let go, but to bury. */
static void let_go(struct traced thread, int signum) {
  if (ptrace(PTRACE_DETACH, thread.tid, NULL, (void *)(intptr_t)signum) < 0)
    remember_late(thread);
}

void austin_release_late(void) {
  int count = late_count;
  late_count = 0;
  for (int i = 0; i < count; i++) {
    struct traced thread = late[i];
    int status = 0;
    switch (look(thread.tid, &status)) {
    case HALTED:
      let_go(thread, signal_of(status));
      break;
    case RUNNING:
      remember_late(thread);
      break;
    case ENDED:
      bury(thread);
      break;
    case VANISHED:
      /* It called exec, and goes on under the id of the process. */
      if (thread.tid != thread.pid)
        remember_late((struct traced){thread.pid, thread.pid});
    }
  }
}

static enum outcome wait_for(pid_t tid, double timeout, int *status) {
  double start = austin_now();
  for (;;) {
    enum outcome outcome = look(tid, status);
    double waited = austin_now() - start;
    if (outcome != RUNNING || waited > timeout)
      return outcome;
    struct timespec nap = {0, NAP_NS};
    if (waited < SPIN_US)
      sched_yield();
    else
      nanosleep(&nap, NULL);
  }
}

static int read_registers(pid_t tid, struct austin_registers *into) {
  struct user_regs_struct r;
  struct iovec area = {&r, sizeof r};
  if (ptrace(PTRACE_GETREGSET, tid, (void *)NT_PRSTATUS, &area) < 0)
    return -1;
#if defined(__x86_64__)
  if (area.iov_len != sizeof r)
    return -1;
  const uint64_t values[] = {r.rax, r.rdx, r.rcx, r.rbx, r.rsi, r.rdi, r.rbp, r.rsp, r.r8,
                             r.r9,  r.r10, r.r11, r.r12, r.r13, r.r14, r.r15, r.rip};
  memcpy(into->values, values, sizeof values);
#elif defined(__aarch64__)
  if (area.iov_len < sizeof r.regs + 16)
    return -1;
  memcpy(into->values, r.regs, sizeof r.regs);
  into->values[31] = r.sp;
  into->values[32] = r.pc;
#endif
  return 0;
}

static int32_t refusal(void) {
  if (errno == ESRCH)
    return AUSTIN_GONE;
  return errno == EPERM || errno == EACCES ? AUSTIN_DENIED : AUSTIN_FAILED;
}

int32_t austin_halt(int32_t pid, int32_t tid, double timeout, struct austin_registers *registers) {
  struct traced thread = {pid, tid};
  int status = 0;
  if (late_count == MAX_LATE)
    return AUSTIN_LATE;
  if (ptrace(PTRACE_SEIZE, tid, NULL, NULL) < 0)
    return refusal();
  ptrace(PTRACE_INTERRUPT, tid, NULL, NULL);
  enum outcome outcome = wait_for(tid, timeout, &status);
  if (outcome != HALTED) {
    remember_late(thread);
    if (outcome == RUNNING)
      return AUSTIN_LATE;
    austin_release_late();
    return AUSTIN_GONE;
  }
  registers->signum = signal_of(status);
  if (read_registers(tid, registers) == 0)
    return 0;
  let_go(thread, registers->signum);
  return AUSTIN_GONE;
}

void austin_release(int32_t pid, int32_t tid, int32_t signum) {
  let_go((struct traced){pid, tid}, signum);
}
