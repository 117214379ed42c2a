/* The log on Windows: a file, as Austin 3.7 has it; the event log wants an installation. */
#define WIN32_LEAN_AND_MEAN
#include "austin_shim.h"

#include <windows.h>

/* Bytes of the time and of who writes. */
#define HEAD_SIZE 64

/* Writes a number in at least `digits` digits. Returns what is behind it. */
static char *put_number(char *at, uint32_t number, int digits) {
  char text[10];
  int count = 0;
  do
    text[count++] = (char)('0' + number % 10);
  while ((number /= 10) > 0 || count < digits);
  while (count > 0)
    *at++ = text[--count];
  return at;
}

static char *put_text(char *at, const char *text) {
  while (*text != 0)
    *at++ = *text++;
  return at;
}

/* The time, and who writes: `2026-01-31 23:59:59 austin[1234]: `. */
static DWORD log_head(char *head) {
  SYSTEMTIME now;
  GetLocalTime(&now);
  char *at = put_number(head, now.wYear, 4);
  at = put_number(put_text(at, "-"), now.wMonth, 2);
  at = put_number(put_text(at, "-"), now.wDay, 2);
  at = put_number(put_text(at, " "), now.wHour, 2);
  at = put_number(put_text(at, ":"), now.wMinute, 2);
  at = put_number(put_text(at, ":"), now.wSecond, 2);
  at = put_number(put_text(at, " austin["), GetCurrentProcessId(), 1);
  return (DWORD)(put_text(at, "]: ") - head);
}

static HANDLE open_log(void) {
  static const WCHAR name[] = L"austin.log";
  WCHAR path[MAX_PATH + sizeof name / sizeof name[0]];
  DWORD length = GetTempPathW(MAX_PATH, path);
  if (length == 0 || length > MAX_PATH)
    return INVALID_HANDLE_VALUE;
  for (DWORD i = 0; i < sizeof name / sizeof name[0]; i++)
    path[length + i] = name[i];
  return CreateFileW(path, FILE_APPEND_DATA, FILE_SHARE_READ | FILE_SHARE_WRITE,
                     NULL, OPEN_ALWAYS, FILE_ATTRIBUTE_NORMAL, NULL);
}

void austin_log(int32_t severity, const uint8_t *line) {
  (void)severity;
  HANDLE log = open_log();
  if (log == INVALID_HANDLE_VALUE)
    return;
  char head[HEAD_SIZE];
  DWORD written;
  WriteFile(log, head, log_head(head), &written, NULL);
  WriteFile(log, line, (DWORD)lstrlenA((const char *)line), &written, NULL);
  WriteFile(log, "\r\n", 2, &written, NULL);
  CloseHandle(log);
}
