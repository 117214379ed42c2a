/*
 * path_entry.exe add|remove FOLDER: puts a folder into the user's PATH, or
 * takes it out. The installer has it because its own strings end at 1024
 * characters, and a PATH must not. Linked without a C library.
 */
#define WIN32_LEAN_AND_MEAN
#define _WIN32_WINNT 0x0A00
#include <windows.h>

/* Characters that a value of the registry may have here; Windows takes no longer variable. */
#define LONGEST 32768

#define BROADCAST_MS 1000

/* The compiler calls it. */
void *memset(void *to, int byte, size_t size) {
  for (size_t i = 0; i < size; i++)
    ((volatile char *)to)[i] = (char)byte;
  return to;
}

static WCHAR path[LONGEST];
/* What was there, a separator, and the folder. */
static WCHAR changed[2 * LONGEST];

__attribute__((noreturn)) static void end(LSTATUS status) {
  ExitProcess(status == ERROR_SUCCESS ? 0 : 1);
}

/* The words behind the program's name: a folder is not quoted, and so may have spaces. */
static const WCHAR *arguments(void) {
  const WCHAR *at = GetCommandLineW();
  int is_quoted = 0;
  for (; *at != 0 && (is_quoted || *at != L' '); at++)
    if (*at == L'"')
      is_quoted = !is_quoted;
  while (*at == L' ')
    at++;
  return at;
}

/* What is behind a word; NULL when the text begins with another one. */
static const WCHAR *behind(const WCHAR *text, const WCHAR *word) {
  for (; *word != 0; text++, word++)
    if (*text != *word)
      return NULL;
  return text;
}

static int length_of_entry(const WCHAR *entry) {
  int length = 0;
  while (entry[length] != 0 && entry[length] != L';')
    length++;
  return length;
}

/* Names of folders are the same in any case, and with a separator at their end. */
static BOOL is_folder(const WCHAR *entry, int length, const WCHAR *folder) {
  if (length > 0 && entry[length - 1] == L'\\')
    length--;
  return CompareStringOrdinal(entry, length, folder, -1, TRUE) == CSTR_EQUAL;
}

/* Copies all entries but the folder. Returns where the copy ends. */
static WCHAR *copy_others(const WCHAR *folder) {
  WCHAR *to = changed;
  for (const WCHAR *entry = path; *entry != 0;) {
    int length = length_of_entry(entry);
    if (!is_folder(entry, length, folder)) {
      if (to != changed)
        *to++ = L';';
      for (int i = 0; i < length; i++)
        *to++ = entry[i];
    }
    entry += length;
    if (*entry == L';')
      entry++;
  }
  *to = 0;
  return to;
}

/* Programs that are started from now on get the new one. */
static void announce(void) {
  DWORD_PTR answer;
  SendMessageTimeoutW(HWND_BROADCAST, WM_SETTINGCHANGE, 0,
                      (LPARAM)L"Environment", SMTO_ABORTIFHUNG, BROADCAST_MS,
                      &answer);
}

static LSTATUS write_path(HKEY key, DWORD type, const WCHAR *end) {
  if (end == changed)
    return RegDeleteValueW(key, L"Path");
  DWORD size = (DWORD)(end + 1 - changed) * (DWORD)sizeof *changed;
  return RegSetValueExW(key, L"Path", 0, type, (const BYTE *)changed, size);
}

void mainCRTStartup(void) {
  const WCHAR *given = arguments();
  const WCHAR *added = behind(given, L"add ");
  const WCHAR *folder = added != NULL ? added : behind(given, L"remove ");
  if (folder == NULL || *folder == 0)
    end(ERROR_INVALID_PARAMETER);
  HKEY key;
  LSTATUS status = RegCreateKeyExW(HKEY_CURRENT_USER, L"Environment", 0, NULL, 0,
                                   KEY_READ | KEY_WRITE, NULL, &key, NULL);
  if (status != ERROR_SUCCESS)
    end(status);
  DWORD type = REG_EXPAND_SZ;
  DWORD size = sizeof path - sizeof *path;
  status = RegQueryValueExW(key, L"Path", NULL, &type, (BYTE *)path, &size);
  BOOL is_text = type == REG_SZ || type == REG_EXPAND_SZ;
  /* What cannot be read, or is not ours to understand, stays as it is. */
  if (status != ERROR_FILE_NOT_FOUND && (status != ERROR_SUCCESS || !is_text))
    end(ERROR_INVALID_DATA);
  WCHAR *to = copy_others(folder);
  if (added != NULL) {
    if (to != changed)
      *to++ = L';';
    lstrcpyW(to, folder);
    to += lstrlenW(to);
  }
  if (lstrcmpW(path, changed) != 0) {
    status = write_path(key, type, to);
    announce();
  } else {
    status = ERROR_SUCCESS;
  }
  RegCloseKey(key);
  end(status);
}
