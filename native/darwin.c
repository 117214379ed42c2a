/* The shim on macOS. See austin_shim.h for what each function promises. */
#include "austin_shim.h"

#include <errno.h>
#include <mach/mach.h>
#include <mach/mach_time.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <syslog.h>
#include <unistd.h>

/* <mach/mach_vm.h>, which not every compiler's headers have. */
extern kern_return_t mach_vm_read_overwrite(vm_map_read_t task, mach_vm_address_t address,
                                            mach_vm_size_t size, mach_vm_address_t local,
                                            mach_vm_size_t *copied);

/* A stop signal between the check and the sleep, or handled by another thread, is noticed after this at the latest. */
#define LONGEST_SLEEP_US 50e3

/* What a pass takes of the processor, and until when it has to have it. */
#define PASS_US 500.0
#define LATEST_US 1000.0

/* Stop signals after which nobody seems to take them any more. */
#define MAX_UNTAKEN 3

static volatile sig_atomic_t stop_signal;
static volatile sig_atomic_t untaken;

int32_t austin_abi_version(void) { return AUSTIN_ABI_VERSION; }

/* A process is its task port, whose name is a small number. */
int32_t austin_open_process(int32_t pid) {
  mach_port_t task = MACH_PORT_NULL;
  if (task_for_pid(mach_task_self(), pid, &task) == KERN_SUCCESS && task != MACH_PORT_NULL)
    return (int32_t)task;
  return kill(pid, 0) < 0 && errno == ESRCH ? AUSTIN_GONE : AUSTIN_DENIED;
}

void austin_close_process(int32_t process) {
  mach_port_deallocate(mach_task_self(), (mach_port_t)process);
}

static int32_t read_error(kern_return_t error) {
  switch (error) {
  case KERN_INVALID_ADDRESS:
  case KERN_PROTECTION_FAILURE:
    return AUSTIN_BAD_ADDRESS;
  case KERN_INVALID_ARGUMENT: /* its address space is gone */
  case KERN_TERMINATED:
  case MACH_SEND_INVALID_DEST:
    return AUSTIN_GONE;
  case KERN_NO_ACCESS:
    return AUSTIN_DENIED;
  default:
    return AUSTIN_FAILED;
  }
}

static kern_return_t copy(mach_port_t task, uint64_t address, uint64_t size, uint8_t *local) {
  mach_vm_size_t copied = 0;
  return mach_vm_read_overwrite(task, address, size, (mach_vm_address_t)(uintptr_t)local, &copied);
}

/* What can be had of a region that cannot be read as a whole, page by page. */
static int64_t read_pages(mach_port_t task, const struct austin_region *region, uint8_t *local) {
  uint64_t done = 0;
  while (done < region->size) {
    uint64_t address = region->address + done;
    uint64_t size = vm_page_size - address % vm_page_size;
    if (size > region->size - done)
      size = region->size - done;
    if (copy(task, address, size, local + done) != KERN_SUCCESS)
      break;
    done += size;
  }
  return (int64_t)done;
}

int32_t austin_read(int32_t process, const struct austin_region *regions,
                    int32_t count, uint8_t *local) {
  mach_port_t task = (mach_port_t)process;
  int64_t copied = 0;
  for (int32_t i = 0; i < count; i++) {
    kern_return_t error = copy(task, regions[i].address, regions[i].size, local + copied);
    if (error != KERN_SUCCESS) {
      copied += read_pages(task, &regions[i], local + copied);
      return copied > 0 ? (int32_t)copied : read_error(error);
    }
    copied += (int64_t)regions[i].size;
  }
  return (int32_t)copied;
}

/* Ticks of mach_absolute_time: 1 ns on Intel, 125/3 ns on Apple silicon. */
static double ticks_per_us(void) {
  static mach_timebase_info_data_t base;
  if (base.denom == 0)
    mach_timebase_info(&base);
  return 1e3 * (double)base.denom / (double)base.numer;
}

double austin_now(void) { return (double)mach_absolute_time() / ticks_per_us(); }

double austin_sleep_until(double deadline) {
  double now = austin_now();
  while (now < deadline && !stop_signal) {
    double until = deadline - now > LONGEST_SLEEP_US ? now + LONGEST_SLEEP_US : deadline;
    mach_wait_until((uint64_t)(until * ticks_per_us()));
    now = austin_now();
  }
  return now;
}

/* Signals that the terminal sends have no sender. */
static void on_stop(int signum, siginfo_t *info, void *context) {
  (void)context;
  if (++untaken >= MAX_UNTAKEN)
    signal(signum, SIG_DFL);
  stop_signal = info->si_pid == 0 ? -signum : signum;
}

int32_t austin_record_stop_signals(void) {
  struct sigaction action = {.sa_sigaction = on_stop, .sa_flags = SA_SIGINFO};
  sigemptyset(&action.sa_mask);
  if (sigaction(SIGINT, &action, NULL) < 0)
    return -1;
  return sigaction(SIGTERM, &action, NULL);
}

int32_t austin_take_stop_signal(void) {
  int32_t taken = stop_signal;
  stop_signal = 0;
  untaken = 0;
  return taken;
}

/* Timers of such threads are not put together with others. */
int32_t austin_sleep_precisely(void) {
  thread_time_constraint_policy_data_t policy = {
      .period = 0,
      .computation = (uint32_t)(PASS_US * ticks_per_us()),
      .constraint = (uint32_t)(LATEST_US * ticks_per_us()),
      .preemptible = TRUE,
  };
  kern_return_t error = thread_policy_set(
      pthread_mach_thread_np(pthread_self()), THREAD_TIME_CONSTRAINT_POLICY,
      (thread_policy_t)&policy, THREAD_TIME_CONSTRAINT_POLICY_COUNT);
  return error == KERN_SUCCESS ? 0 : -1;
}

/* openlog only notes the name; the first line that is logged connects. */
void austin_log(int32_t severity, const uint8_t *line) {
  openlog("austin", LOG_PID, LOG_LOCAL1);
  syslog(LOG_LOCAL1 | (severity & LOG_PRIMASK), "%s", (const char *)line);
}
