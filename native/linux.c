/* The shim on Linux. See austin_shim.h for what each function promises. */
#define _GNU_SOURCE
#include "austin_shim.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>
#include <sys/syscall.h>

/* Older C libraries do not name them. */
#ifndef MFD_CLOEXEC
#define MFD_CLOEXEC 1U
#endif
#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 8U
#endif

/* A signal between the check and the sleep is noticed after this at the latest. */
#define LONGEST_SLEEP_US 100e3

/* Stop signals after which nobody seems to take them any more. */
#define MAX_UNTAKEN 3

static volatile sig_atomic_t stop_signal;
static volatile sig_atomic_t untaken;
static pid_t sleeper;

int32_t austin_abi_version(void) { return AUSTIN_ABI_VERSION; }

double austin_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

double austin_sleep_until(double deadline) {
  double now = austin_now();
  while (now < deadline && !stop_signal) {
    double until = deadline - now > LONGEST_SLEEP_US ? now + LONGEST_SLEEP_US : deadline;
    struct timespec t;
    t.tv_sec = (time_t)(until / 1e6);
    t.tv_nsec = (long)((until - (double)t.tv_sec * 1e6) * 1e3);
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
    now = austin_now();
  }
  return now;
}

/*
 * The kernel may hand a signal to any thread of the runtime; the one that
 * sleeps has to wake up, so it is passed on to it, and not recorded twice.
 * When several were not taken, as when a write to a full pipe hangs, the next
 * one ends the process.
 */
static void on_stop(int signum, siginfo_t *info, void *context) {
  (void)context;
  if (info->si_code == SI_TKILL && info->si_pid == getpid())
    return;
  int saved = errno;
  if (++untaken >= MAX_UNTAKEN)
    signal(signum, SIG_DFL);
  stop_signal = info->si_code == SI_KERNEL ? -signum : signum;
  if ((pid_t)syscall(SYS_gettid) != sleeper)
    syscall(SYS_tgkill, getpid(), sleeper, signum);
  errno = saved;
}

int32_t austin_record_stop_signals(void) {
  struct sigaction action = {.sa_sigaction = on_stop, .sa_flags = SA_SIGINFO};
  sleeper = (pid_t)syscall(SYS_gettid);
  sigemptyset(&action.sa_mask);
  if (sigaction(SIGINT, &action, NULL) < 0)
    return -1;
  return sigaction(SIGTERM, &action, NULL);
}

static struct sigaction debugger;

static void mask_debugger_signal(int how) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGUSR1);
  sigprocmask(how, &signals, NULL);
}

void austin_begin_launch(void) {
  struct sigaction action = {.sa_handler = SIG_IGN};
  if (!getauxval(AT_SECURE))
    return;
  /* Ignoring it first drops one that was held back until now. */
  sigaction(SIGUSR1, &action, &debugger);
  action.sa_handler = SIG_DFL;
  sigaction(SIGUSR1, &action, NULL);
  mask_debugger_signal(SIG_UNBLOCK);
}

void austin_end_launch(void) {
  if (!getauxval(AT_SECURE))
    return;
  mask_debugger_signal(SIG_BLOCK);
  sigaction(SIGUSR1, &debugger, NULL);
}

int32_t austin_sleep_precisely(void) {
  return prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
}

int32_t austin_take_stop_signal(void) {
  int32_t taken = stop_signal;
  stop_signal = 0;
  untaken = 0;
  return taken;
}

int32_t austin_page_size(void) { return (int32_t)sysconf(_SC_PAGESIZE); }

int32_t austin_open_file(const uint8_t *path) {
  return open((const char *)path, O_RDONLY | O_CLOEXEC);
}

int32_t austin_read_file(int32_t file, uint8_t *into, int32_t size) {
  return (int32_t)pread(file, into, (size_t)size, 0);
}

void austin_close_file(int32_t file) { close(file); }

int32_t austin_output_is_read(void) {
  struct pollfd output = {.fd = STDOUT_FILENO};
  return poll(&output, 1, 0) < 1 || !(output.revents & POLLERR);
}

/* As the entry stub does it: a library may be mapped from a file that must not be executed. */
int32_t austin_memory_file(const uint8_t *bytes, int32_t size) {
  long file = syscall(SYS_memfd_create, "austin", MFD_CLOEXEC | MFD_NOEXEC_SEAL);
  if (file < 0) /* Linux before 6.3 */
    file = syscall(SYS_memfd_create, "austin", MFD_CLOEXEC);
  for (int32_t done = 0; file >= 0 && done < size;) {
    ssize_t n = write((int)file, bytes + done, (size_t)(size - done));
    if (n <= 0) {
      close((int)file);
      return -1;
    }
    done += (int32_t)n;
  }
  return (int32_t)file;
}

/* openlog only notes the name; the first line that is logged connects. */
void austin_log(int32_t severity, const uint8_t *line) {
  openlog("austin", LOG_PID, LOG_LOCAL1);
  syslog(LOG_LOCAL1 | (severity & LOG_PRIMASK), "%s", (const char *)line);
}
