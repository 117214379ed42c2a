/* Starts deno with the program in this file. See launcher_windows.h. */
#include "launcher_windows.h"

/* Without a C library these are ours to have: the compiler calls them. */
void *memset(void *to, int byte, size_t size) {
  for (size_t i = 0; i < size; i++)
    ((volatile uint8_t *)to)[i] = (uint8_t)byte;
  return to;
}

void *memcpy(void *to, const void *from, size_t size) {
  for (size_t i = 0; i < size; i++)
    ((volatile uint8_t *)to)[i] = ((const uint8_t *)from)[i];
  return to;
}

static void say(const WCHAR *text) {
  char bytes[1024];
  DWORD written;
  int size = WideCharToMultiByte(CP_UTF8, 0, text, -1, bytes, sizeof bytes,
                                 NULL, NULL);
  if (size > 1)
    WriteFile(GetStdHandle(STD_ERROR_HANDLE), bytes, (DWORD)size - 1, &written,
              NULL);
}

void fail(const WCHAR *what, const WCHAR *path, const WCHAR *hint) {
  WCHAR number[] = L"0000000000";
  DWORD error = GetLastError();
  for (int i = 9; i >= 0; i--, error /= 10)
    number[i] = (WCHAR)(L'0' + error % 10);
  const WCHAR *digits = number;
  while (digits[0] == L'0' && digits[1] != 0)
    digits++;
  say(L"austin: ");
  say(what);
  if (path[0] != 0) {
    say(L": ");
    say(path);
  }
  say(L" (Windows error ");
  say(digits);
  say(L")\n");
  if (hint[0] != 0) {
    say(L"hint: ");
    say(hint);
    say(L"\n");
  }
  ExitProcess(FAILURE);
}

void append(WCHAR *string, const WCHAR *more, int room) {
  int at = lstrlenW(string);
  if (at + lstrlenW(more) >= room)
    fail(L"A path or the command line is too long", L"", L"");
  lstrcpyW(string + at, more);
}

void *allocate(SIZE_T size) {
  void *memory = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, size);
  if (memory == NULL)
    fail(L"There is no memory", L"", L"");
  return memory;
}

/* What the user wrote behind the program's name, as it is: deno takes it apart by the same rules. */
static const WCHAR *user_arguments(void) {
  const WCHAR *at = GetCommandLineW();
  int is_quoted = 0;
  for (; *at != 0 && (is_quoted || (*at != L' ' && *at != L'\t')); at++)
    if (*at == L'"')
      is_quoted = !is_quoted;
  while (*at == L' ' || *at == L'\t')
    at++;
  return at;
}

/* Some questions have the same answer always; for those deno need not start. */
static void answer(const struct payload *payload, const WCHAR *question) {
  const WCHAR *at = text_of(payload, payload->answers);
  while (*at != 0) {
    const WCHAR *text = at + lstrlenW(at) + 1;
    if (lstrcmpW(at, question) == 0) {
      char bytes[1024];
      DWORD written;
      int size = WideCharToMultiByte(CP_UTF8, 0, text, -1, bytes, sizeof bytes,
                                     NULL, NULL);
      if (WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), bytes, (DWORD)size - 1,
                    &written, NULL))
        ExitProcess(0);
      return;
    }
    at = text + lstrlenW(text) + 1;
  }
}

/* Names of variables are the same in any case. */
static int begins_with(const WCHAR *text, const WCHAR *prefix) {
  int length = lstrlenW(prefix);
  return CompareStringOrdinal(text, lstrlenW(text) < length ? -1 : length,
                              prefix, length, TRUE) == CSTR_EQUAL;
}

static int is_hidden(const struct payload *payload, const WCHAR *variable) {
  const WCHAR *prefix = text_of(payload, payload->hidden);
  for (; *prefix != 0; prefix += lstrlenW(prefix) + 1)
    if (begins_with(variable, prefix))
      return 1;
  return 0;
}

static WCHAR *put(WCHAR *at, const WCHAR *text) {
  lstrcpyW(at, text);
  return at + lstrlenW(at);
}

/*
 * deno's settings, then the user's variables; what deno would listen to gets
 * another name, so that the program can give it back to what it launches.
 */
static WCHAR *environment(const struct launch *launch) {
  const struct payload *payload = launch->payload;
  const WCHAR *prefix = text_of(payload, payload->hidden_prefix);
  WCHAR *own = GetEnvironmentStringsW();
  SIZE_T room = 2 * PATH_LENGTH + payload->settings.size;
  for (const WCHAR *at = own; *at != 0; at += lstrlenW(at) + 1)
    room += (SIZE_T)(lstrlenW(at) + lstrlenW(prefix) + 1);
  WCHAR *block = allocate(room * sizeof *block);
  /* Below a file, so it cannot be made: all caches stay in memory. */
  WCHAR *to = put(block, L"DENO_DIR=");
  to = put(put(to, launch->paths[LOADER]), L"\\austin") + 1;
  to = put(put(to, L"AUSTIN_LAUNCHER="), launch->own_path) + 1;
  const WCHAR *setting = text_of(payload, payload->settings);
  for (; *setting != 0; setting += lstrlenW(setting) + 1)
    to = put(to, setting) + 1;
  for (const WCHAR *at = own; *at != 0; at += lstrlenW(at) + 1)
    to = put(is_hidden(payload, at) ? put(to, prefix) : to, at) + 1;
  FreeEnvironmentStringsW(own);
  return block;
}

static void build_command(struct launch *launch, const WCHAR *arguments) {
  WCHAR *command = launch->command;
  const struct payload *payload = launch->payload;
  append(command, L"\"", LONGEST);
  append(command, launch->paths[RUNTIME], LONGEST);
  append(command, L"\" ", LONGEST);
  append(command, text_of(payload, payload->arguments), LONGEST);
  append(command, L" \"", LONGEST);
  append(command, launch->paths[LOADER], LONGEST);
  append(command, L"\" ", LONGEST);
  append(command, arguments, LONGEST);
}

/* deno gets the event as well, and decides what becomes of it. */
static BOOL WINAPI on_console_event(DWORD event) {
  if (event >= CTRL_CLOSE_EVENT)
    Sleep(INFINITE);
  return TRUE;
}

/* When this process is ended, deno is; but not what it launches. */
static HANDLE make_job(void) {
  HANDLE job = CreateJobObjectW(NULL, NULL);
  JOBOBJECT_EXTENDED_LIMIT_INFORMATION *limits = allocate(sizeof *limits);
  limits->BasicLimitInformation.LimitFlags =
      JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE |
      JOB_OBJECT_LIMIT_SILENT_BREAKAWAY_OK;
  SetInformationJobObject(job, JobObjectExtendedLimitInformation, limits,
                          sizeof *limits);
  return job;
}

static DWORD run(struct launch *launch) {
  STARTUPINFOW startup = {.cb = sizeof startup, .dwFlags = STARTF_USESTDHANDLES};
  PROCESS_INFORMATION process;
  DWORD code = FAILURE;
  startup.hStdInput = GetStdHandle(STD_INPUT_HANDLE);
  startup.hStdOutput = GetStdHandle(STD_OUTPUT_HANDLE);
  startup.hStdError = GetStdHandle(STD_ERROR_HANDLE);
  HANDLE job = make_job();
  SetConsoleCtrlHandler(on_console_event, TRUE);
  if (!CreateProcessW(launch->paths[RUNTIME], launch->command, NULL, NULL, TRUE,
                      CREATE_SUSPENDED | CREATE_UNICODE_ENVIRONMENT,
                      environment(launch), NULL, &startup, &process))
    fail(L"Cannot start", launch->paths[RUNTIME],
         L"a policy or a virus scanner may forbid programs in that folder");
  AssignProcessToJobObject(job, process.hProcess);
  ResumeThread(process.hThread);
  CloseHandle(launch->runtime);
  WaitForSingleObject(process.hProcess, INFINITE);
  GetExitCodeProcess(process.hProcess, &code);
  return code;
}

/* The entry point of a console program. */
void mainCRTStartup(void) {
  struct launch *launch = allocate(sizeof *launch);
  const WCHAR *arguments = user_arguments();
  find_payload(launch);
  answer(launch->payload, arguments);
  fill_cache(launch);
  build_command(launch, arguments);
  ExitProcess(run(launch));
}
