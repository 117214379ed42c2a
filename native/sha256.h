/* SHA-256, as FIPS 180-4 has it. */
#ifndef AUSTIN_SHA256_H
#define AUSTIN_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define SHA256_SIZE 32

void sha256(const uint8_t *bytes, size_t size, uint8_t digest[SHA256_SIZE]);

#endif
