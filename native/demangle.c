/*
 * Reads mangled names, with binutils' libiberty: a library of its own, so that
 * it is loaded only where there is a name to read.
 */
#include "austin_demangle.h"

#include <stdlib.h>
#include <string.h>

/* libiberty's own header is not installed everywhere: include/demangle.h. */
extern char *cplus_demangle_v3(const char *mangled, int options);
extern char *rust_demangle(const char *mangled, int options);

enum { DMGL_PARAMS = 1, DMGL_ANSI = 2 };

int32_t austin_demangle(const uint8_t *mangled, uint8_t *into, int32_t size) {
  const char *name = (const char *)mangled;
  /* Rust's older names look like C++'s, so they are tried first. */
  char *text = rust_demangle(name, DMGL_ANSI);
  if (!text)
    text = cplus_demangle_v3(name, DMGL_PARAMS | DMGL_ANSI);
  if (!text)
    return -1;
  size_t length = strlen(text);
  if (length > (size_t)size)
    length = (size_t)size;
  memcpy(into, text, length);
  free(text);
  return (int32_t)length;
}
