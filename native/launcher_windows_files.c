/* The payload of a packed austin, and the cache that its files are put into. */
#include "launcher_windows.h"

#include <bcrypt.h>

/* Other processes that start at the same time may hold a file for a moment. */
#define ATTEMPTS 50
#define PAUSE_MS 20

/* Bytes from which on a file is hashed only where it must be. */
#define LARGE (16 << 20)

static const char MAGIC[8] = {'A', 'S', 'T', 'P', 'A', 'C', 'K', '1'};

const void *bytes_of(const struct payload *payload, struct part part) {
  return (const uint8_t *)payload + part.offset;
}

const WCHAR *text_of(const struct payload *payload, struct part part) {
  return (const WCHAR *)bytes_of(payload, part);
}

static int is_same(const void *a, const void *b, SIZE_T size) {
  for (SIZE_T i = 0; i < size; i++)
    if (((const uint8_t *)a)[i] != ((const uint8_t *)b)[i])
      return 0;
  return 1;
}

/* Signing appends to the file, so the payload is behind the last section, not at the end. */
static DWORD end_of_sections(void) {
  const uint8_t *image = (const uint8_t *)GetModuleHandleW(NULL);
  const IMAGE_NT_HEADERS *headers =
      (const IMAGE_NT_HEADERS *)(image +
                                 ((const IMAGE_DOS_HEADER *)image)->e_lfanew);
  const IMAGE_SECTION_HEADER *section = IMAGE_FIRST_SECTION(headers);
  DWORD end = 0;
  for (int i = 0; i < headers->FileHeader.NumberOfSections; i++) {
    DWORD section_end = section[i].PointerToRawData + section[i].SizeOfRawData;
    if (section_end > end)
      end = section_end;
  }
  return (end + 7) & ~7U;
}

void find_payload(struct launch *launch) {
  WCHAR *path = launch->own_path;
  DWORD length = GetModuleFileNameW(NULL, path, PATH_LENGTH);
  if (length == 0 || length >= PATH_LENGTH)
    fail(L"Cannot find out where this program is", L"", L"move it to a shorter path");
  HANDLE file = CreateFileW(path, GENERIC_READ,
                            FILE_SHARE_READ | FILE_SHARE_DELETE, NULL,
                            OPEN_EXISTING, 0, NULL);
  LARGE_INTEGER size;
  if (file == INVALID_HANDLE_VALUE || !GetFileSizeEx(file, &size))
    fail(L"Cannot read this program", path, L"it has to be readable");
  HANDLE mapping = CreateFileMappingW(file, NULL, PAGE_READONLY, 0, 0, NULL);
  const uint8_t *bytes =
      mapping == NULL ? NULL : MapViewOfFile(mapping, FILE_MAP_READ, 0, 0, 0);
  if (bytes == NULL)
    fail(L"Cannot map this program", path, L"");
  uint64_t start = end_of_sections();
  const struct payload *payload = (const struct payload *)(bytes + start);
  if (start + sizeof *payload > (uint64_t)size.QuadPart ||
      !is_same(payload->magic, MAGIC, sizeof MAGIC))
    fail(L"There is nothing in this program", path, L"get it again");
  for (int i = 0; i < FILE_COUNT; i++) {
    struct part part = payload->files[i].content;
    if (start + part.offset + part.size > (uint64_t)size.QuadPart)
      fail(L"This program is not whole", path, L"get it again");
  }
  launch->payload = payload;
}

static void hash(const void *bytes, uint64_t size, uint8_t *sha256) {
  BCRYPT_ALG_HANDLE algorithm;
  if (BCryptOpenAlgorithmProvider(&algorithm, BCRYPT_SHA256_ALGORITHM, NULL,
                                  0) != 0 ||
      BCryptHash(algorithm, NULL, 0, (PUCHAR)bytes, (ULONG)size, sha256,
                 HASH_SIZE) != 0)
    fail(L"Cannot compute a hash", L"", L"");
  BCryptCloseAlgorithmProvider(algorithm, 0);
}

/* Whoever may do more than the owner of the cache has to know what is in it. */
static int is_elevated(void) {
  HANDLE token;
  TOKEN_ELEVATION elevation;
  DWORD size;
  if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token))
    return 1;
  BOOL known = GetTokenInformation(token, TokenElevation, &elevation,
                                   sizeof elevation, &size);
  CloseHandle(token);
  return !known || elevation.TokenIsElevated != 0;
}

static int has_hash(HANDLE file, const struct packed_file *packed) {
  HANDLE mapping = CreateFileMappingW(file, NULL, PAGE_READONLY, 0, 0, NULL);
  if (mapping == NULL)
    return 0;
  const void *bytes = MapViewOfFile(mapping, FILE_MAP_READ, 0, 0, 0);
  uint8_t found[HASH_SIZE];
  int is_right = 0;
  if (bytes != NULL) {
    hash(bytes, packed->content.size, found);
    is_right = is_same(found, packed->sha256, HASH_SIZE);
    UnmapViewOfFile(bytes);
  }
  CloseHandle(mapping);
  return is_right;
}

/* To hash deno takes a tenth of a second, which is too long for every start. */
static int wants_hash(const struct packed_file *packed) {
  return packed->content.size < LARGE || is_elevated();
}

/* Opens a file of the cache if it is what it should be; nobody can write to it from then on. */
static HANDLE open_cached(const WCHAR *path, const struct packed_file *packed) {
  HANDLE file = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ, NULL,
                            OPEN_EXISTING, 0, NULL);
  LARGE_INTEGER size;
  if (file == INVALID_HANDLE_VALUE)
    return file;
  if (GetFileSizeEx(file, &size) &&
      (uint64_t)size.QuadPart == packed->content.size &&
      (!wants_hash(packed) || has_hash(file, packed)))
    return file;
  CloseHandle(file);
  return INVALID_HANDLE_VALUE;
}

static void write_file(const WCHAR *path, const void *bytes, uint64_t size) {
  HANDLE file =
      CreateFileW(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
  DWORD written = 0;
  if (file == INVALID_HANDLE_VALUE)
    fail(L"Cannot write to the cache", path,
         L"austin has to unpack itself once: make %LOCALAPPDATA% writable");
  if (!WriteFile(file, bytes, (DWORD)size, &written, NULL) || written != size) {
    DWORD error = GetLastError();
    CloseHandle(file);
    DeleteFileW(path);
    SetLastError(error);
    fail(L"Cannot write to the cache", path, L"it takes some 100 MB, once");
  }
  CloseHandle(file);
}

/* Writes beside the file's place and renames: others see all of it or nothing. */
static HANDLE extract(struct launch *launch, int index) {
  const struct packed_file *packed = &launch->payload->files[index];
  const void *bytes = bytes_of(launch->payload, packed->content);
  const WCHAR *path = launch->paths[index];
  uint8_t found[HASH_SIZE];
  hash(bytes, packed->content.size, found);
  if (!is_same(found, packed->sha256, HASH_SIZE))
    fail(L"This program is damaged", launch->own_path, L"get it again");
  WCHAR *temporary = launch->temporary;
  WCHAR number[] = L".00000000.new";
  DWORD pid = GetCurrentProcessId();
  for (int i = 8; i > 0; i--, pid >>= 4)
    number[i] = L"0123456789abcdef"[pid & 15];
  temporary[0] = 0;
  append(temporary, path, PATH_LENGTH);
  append(temporary, number, PATH_LENGTH);
  write_file(temporary, bytes, packed->content.size);
  for (int i = 0; i < ATTEMPTS; i++) {
    /* Where another austin was faster, its file cannot be replaced while it is open. */
    BOOL done = MoveFileExW(temporary, path, MOVEFILE_REPLACE_EXISTING);
    HANDLE file = open_cached(path, packed);
    if (file != INVALID_HANDLE_VALUE) {
      if (!done)
        DeleteFileW(temporary);
      return file;
    }
    Sleep(PAUSE_MS);
  }
  DWORD error = GetLastError();
  DeleteFileW(temporary);
  SetLastError(error);
  fail(L"Cannot put a file into the cache", path,
       L"delete that file; a virus scanner may hold it");
}

/* %LOCALAPPDATA%\austin, or where there is none the folder for temporary files. */
static void find_cache(struct launch *launch) {
  WCHAR *cache = launch->cache;
  DWORD length = GetEnvironmentVariableW(L"LOCALAPPDATA", cache, PATH_LENGTH);
  if (length == 0 || length >= PATH_LENGTH)
    length = GetTempPathW(PATH_LENGTH, cache);
  if (length == 0 || length >= PATH_LENGTH)
    fail(L"Cannot find a folder for the cache", L"", L"set %LOCALAPPDATA%");
  append(cache, L"\\austin", PATH_LENGTH);
  CreateDirectoryW(cache, NULL);
}

void fill_cache(struct launch *launch) {
  find_cache(launch);
  for (int i = 0; i < FILE_COUNT; i++) {
    const struct packed_file *packed = &launch->payload->files[i];
    WCHAR *path = launch->paths[i];
    path[0] = 0;
    append(path, launch->cache, PATH_LENGTH);
    append(path, L"\\", PATH_LENGTH);
    append(path, packed->folder, PATH_LENGTH);
    CreateDirectoryW(path, NULL);
    append(path, L"\\", PATH_LENGTH);
    append(path, packed->name, PATH_LENGTH);
    HANDLE file = open_cached(path, packed);
    if (file == INVALID_HANDLE_VALUE)
      file = extract(launch, i);
    if (i == RUNTIME)
      launch->runtime = file;
  }
}
