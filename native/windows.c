/*
 * The shim on Windows. See austin_shim.h for what each function promises.
 * It is linked without a C library: nothing here may need one.
 */
#define WIN32_LEAN_AND_MEAN
#define _WIN32_WINNT 0x0A00
#include "austin_shim.h"

#include <windows.h>

/* Handles that a process is opened with can do no more than these. */
#define RIGHTS (PROCESS_VM_READ | PROCESS_QUERY_INFORMATION | SYNCHRONIZE)

/* Every Windows that Deno runs on has pages of this size. */
#define PAGE_SIZE 4096

/* Console events in the terms of signals: the numbers of SIGINT and SIGTERM. */
#define INTERRUPT 2
#define TERMINATE 15

/* Stop signals after which nobody seems to take them any more. */
#define MAX_UNTAKEN 3

/* Timers are no finer than 0.5 ms; what is left of a wait is spent awake. */
#define TIMER_MARGIN_US 700.0

/* A stop signal between the check and the sleep is noticed after this at the latest. */
#define LONGEST_SLEEP_US 100e3

#define TICKS_PER_US 10.0

/* NtSetTimerResolution: 0.5 ms in units of 100 ns. */
#define FINEST_TIMER 5000

NTSYSAPI LONG NTAPI NtSetTimerResolution(ULONG wanted, BOOLEAN set, ULONG *got);

_Static_assert(sizeof(struct austin_region) == 16, "a region is four words");

static volatile LONG stop_signal;
static volatile LONG untaken;
static HANDLE stop_event;
static HANDLE timer;

BOOL WINAPI DllMainCRTStartup(HINSTANCE self, DWORD reason, LPVOID reserved) {
  (void)self, (void)reason, (void)reserved;
  return TRUE;
}

int32_t austin_abi_version(void) { return AUSTIN_ABI_VERSION; }

/* Administrators have this privilege, but only once they ask for it. */
static BOOL may_debug(void) {
  HANDLE token;
  if (!OpenProcessToken(GetCurrentProcess(),
                        TOKEN_ADJUST_PRIVILEGES | TOKEN_QUERY, &token))
    return FALSE;
  TOKEN_PRIVILEGES wanted;
  wanted.PrivilegeCount = 1;
  wanted.Privileges[0].Attributes = SE_PRIVILEGE_ENABLED;
  BOOL granted =
      LookupPrivilegeValueW(NULL, L"SeDebugPrivilege", &wanted.Privileges[0].Luid) &&
      AdjustTokenPrivileges(token, FALSE, &wanted, 0, NULL, NULL) &&
      GetLastError() == ERROR_SUCCESS;
  CloseHandle(token);
  return granted;
}

static int32_t open_error(DWORD error) {
  switch (error) {
  case ERROR_INVALID_PARAMETER:
    return AUSTIN_GONE;
  case ERROR_ACCESS_DENIED:
    return AUSTIN_DENIED;
  default:
    return AUSTIN_FAILED;
  }
}

int32_t austin_open_process(int32_t pid) {
  HANDLE process = OpenProcess(RIGHTS, FALSE, (DWORD)pid);
  if (process == NULL && GetLastError() == ERROR_ACCESS_DENIED && may_debug())
    process = OpenProcess(RIGHTS, FALSE, (DWORD)pid);
  return process == NULL ? open_error(GetLastError())
                         : (int32_t)(intptr_t)process;
}

/* Handles have 32 significant bits. */
static HANDLE handle_of(int32_t process) { return (HANDLE)(intptr_t)process; }

void austin_close_process(int32_t process) { CloseHandle(handle_of(process)); }

/* A process that has ended stays as long as somebody has a handle of it. */
static int32_t read_error(HANDLE process, DWORD error) {
  if (WaitForSingleObject(process, 0) == WAIT_OBJECT_0)
    return AUSTIN_GONE;
  switch (error) {
  case ERROR_ACCESS_DENIED:
    return AUSTIN_DENIED;
  case ERROR_PARTIAL_COPY:
  case ERROR_NOACCESS:
  case ERROR_INVALID_ADDRESS:
    return AUSTIN_BAD_ADDRESS;
  default:
    return AUSTIN_FAILED;
  }
}

/* What can be had of a region that cannot be read as a whole, page by page. */
static int64_t read_pages(HANDLE process, const struct austin_region *region,
                          uint8_t *local) {
  uint64_t done = 0;
  while (done < region->size) {
    uint64_t address = region->address + done;
    uint64_t size = PAGE_SIZE - address % PAGE_SIZE;
    if (size > region->size - done)
      size = region->size - done;
    SIZE_T got = 0;
    if (!ReadProcessMemory(process, (LPCVOID)address, local + done, size, &got))
      break;
    done += got;
  }
  return (int64_t)done;
}

int32_t austin_read(int32_t process, const struct austin_region *regions,
                    int32_t count, uint8_t *local) {
  HANDLE handle = handle_of(process);
  int64_t copied = 0;
  for (int32_t i = 0; i < count; i++) {
    SIZE_T got = 0;
    if (ReadProcessMemory(handle, (LPCVOID)regions[i].address, local + copied,
                          regions[i].size, &got)) {
      copied += (int64_t)regions[i].size;
      continue;
    }
    DWORD error = GetLastError();
    copied += read_pages(handle, &regions[i], local + copied);
    return copied > 0 ? (int32_t)copied : read_error(handle, error);
  }
  return (int32_t)copied;
}

double austin_now(void) {
  LARGE_INTEGER ticks, frequency;
  QueryPerformanceCounter(&ticks);
  QueryPerformanceFrequency(&frequency);
  return (double)ticks.QuadPart * 1e6 / (double)frequency.QuadPart;
}

/* Sleeps for a time, or until a stop signal. A timer is finer than a time-out, which is there in case that fails. */
static void sleep_us(double time) {
  LARGE_INTEGER due;
  due.QuadPart = -(LONGLONG)(time * TICKS_PER_US);
  HANDLE events[] = {stop_event, timer};
  DWORD first = stop_event == NULL ? 1 : 0;
  DWORD count = timer != NULL && SetWaitableTimer(timer, &due, 0, NULL, NULL, FALSE) ? 2 : 1;
  DWORD limit = (DWORD)(time / 1e3) + 1;
  if (first < count)
    WaitForMultipleObjects(count - first, events + first, FALSE, limit);
  else
    Sleep(limit);
}

double austin_sleep_until(double deadline) {
  double now = austin_now();
  while (now < deadline && !stop_signal) {
    double left = deadline - now;
    if (left > LONGEST_SLEEP_US)
      sleep_us(LONGEST_SLEEP_US);
    else if (left > TIMER_MARGIN_US)
      sleep_us(left - TIMER_MARGIN_US);
    else
      YieldProcessor();
    now = austin_now();
  }
  return now;
}

/*
 * Runs in a thread of its own. Whatever the console tells, it tells to every
 * process in it, which is what the negative number says.
 */
static BOOL WINAPI on_console_event(DWORD event) {
  if (InterlockedIncrement(&untaken) >= MAX_UNTAKEN)
    return FALSE;
  InterlockedExchange(&stop_signal,
                      event == CTRL_C_EVENT ? -INTERRUPT : -TERMINATE);
  SetEvent(stop_event);
  /* After these the process ends when this function does, or some seconds on. */
  if (event >= CTRL_CLOSE_EVENT)
    Sleep(INFINITE);
  return TRUE;
}

int32_t austin_record_stop_signals(void) {
  if (stop_event == NULL)
    stop_event = CreateEventW(NULL, FALSE, FALSE, NULL);
  if (stop_event == NULL)
    return -1;
  /* A parent may have had Ctrl-C ignored, which children inherit. */
  SetConsoleCtrlHandler(NULL, FALSE);
  return SetConsoleCtrlHandler(on_console_event, TRUE) ? 0 : -1;
}

int32_t austin_sleep_precisely(void) {
  ULONG got;
  timer = CreateWaitableTimerExW(NULL, NULL,
                                 CREATE_WAITABLE_TIMER_HIGH_RESOLUTION,
                                 TIMER_ALL_ACCESS);
  if (timer != NULL)
    return 0;
  /* Before Windows 10 1803 only the resolution of all timers can be raised. */
  NtSetTimerResolution(FINEST_TIMER, TRUE, &got);
  timer = CreateWaitableTimerExW(NULL, NULL, 0, TIMER_ALL_ACCESS);
  return timer == NULL ? -1 : 0;
}

int32_t austin_take_stop_signal(void) {
  InterlockedExchange(&untaken, 0);
  return (int32_t)InterlockedExchange(&stop_signal, 0);
}
