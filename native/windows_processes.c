/* What Windows tells about processes. See austin_shim.h. */
#define WIN32_LEAN_AND_MEAN
#define _WIN32_WINNT 0x0A00
#include "austin_shim.h"

#include <windows.h>
#include <psapi.h>
#include <winternl.h>

/* Characters of a path; without a C library a stack frame has to fit in a page. */
#define MAX_PATH_LENGTH 1024

/* ntstatus.h STATUS_INFO_LENGTH_MISMATCH */
#define LENGTH_MISMATCH ((LONG)0xC0000004)

/* Returns the bytes of a module's path, 0 when there is no room for it. */
static uint64_t path_of(HANDLE process, HMODULE module, uint8_t *into,
                        int32_t room) {
  WCHAR path[MAX_PATH_LENGTH];
  DWORD length = K32GetModuleFileNameExW(process, module, path, MAX_PATH_LENGTH);
  return (uint64_t)WideCharToMultiByte(CP_UTF8, 0, path, (int)length,
                                       (char *)into, room, NULL, NULL);
}

/* The end of `into` holds the handles meanwhile. */
int32_t austin_list_modules(int32_t process, uint8_t *into, int32_t size) {
  HANDLE handle = (HANDLE)(intptr_t)process;
  DWORD handles_size = (DWORD)size / 4 & ~7U;
  DWORD needed = 0;
  HMODULE *modules = (HMODULE *)(into + ((DWORD)size & ~7U) - handles_size);
  if (!K32EnumProcessModulesEx(handle, modules, handles_size, &needed,
                               LIST_MODULES_ALL)) {
    DWORD error = GetLastError();
    if (WaitForSingleObject(handle, 0) == WAIT_OBJECT_0)
      return AUSTIN_GONE;
    /* That is how it fails while the process's loader has not begun. */
    return error == ERROR_PARTIAL_COPY ? 0 : AUSTIN_FAILED;
  }
  if (needed > handles_size)
    needed = handles_size;
  int32_t end = (int32_t)((uint8_t *)modules - into);
  int32_t at = 0;
  for (DWORD i = 0; i < needed / sizeof *modules; i++) {
    struct austin_module *record = (struct austin_module *)(into + at);
    int32_t room = end - at - (int32_t)sizeof *record;
    MODULEINFO module;
    if (room < 8)
      break;
    if (!K32GetModuleInformation(handle, modules[i], &module, sizeof module))
      continue;
    record->address = (uint64_t)(uintptr_t)module.lpBaseOfDll;
    record->size = module.SizeOfImage;
    record->path_size = path_of(handle, modules[i], (uint8_t *)(record + 1),
                                room & ~7);
    at += (int32_t)(sizeof *record + ((record->path_size + 7) & ~7ULL));
  }
  return at;
}

double austin_resident_memory(int32_t process) {
  PROCESS_MEMORY_COUNTERS counters;
  if (!K32GetProcessMemoryInfo((HANDLE)(intptr_t)process, &counters, sizeof counters))
    return -1;
  return (double)counters.WorkingSetSize;
}

int32_t austin_list_processes(uint8_t *into, int32_t size) {
  ULONG needed = 0;
  LONG status = NtQuerySystemInformation(SystemProcessInformation, into,
                                         (ULONG)size, &needed);
  if (status >= 0 || status == LENGTH_MISMATCH)
    return (int32_t)needed;
  return AUSTIN_FAILED;
}
