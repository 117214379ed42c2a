/* Mangled names of C++ and Rust; `ffi/demangler.ts` says the same to Deno. */
#ifndef AUSTIN_DEMANGLE_H
#define AUSTIN_DEMANGLE_H

#include <stdint.h>

/*
 * Writes the name for people of `mangled`, which ends with a zero byte, into
 * `into`, as far as it fits. Returns its bytes, or -1 when it is not mangled.
 */
__attribute__((visibility("default"))) int32_t austin_demangle(const uint8_t *mangled,
                                                               uint8_t *into, int32_t size);

#endif
