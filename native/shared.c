/* The part of the shim that is the same on every system. See austin_shim.h for what each function promises. */
#include "austin_shim.h"

/* Not every system's shim has a C library, and memcmp does not say where. */
typedef uint64_t block __attribute__((vector_size(16)));

#define BLOCKS 4
#define STEP ((int32_t)(BLOCKS * sizeof(block)))

static uint64_t differs(const uint8_t *a, const uint8_t *b) {
  block all = {0, 0};
  for (int i = 0; i < BLOCKS; i++) {
    block x, y;
    __builtin_memcpy(&x, a + i * sizeof x, sizeof x);
    __builtin_memcpy(&y, b + i * sizeof y, sizeof y);
    all |= x ^ y;
  }
  return all[0] | all[1];
}

int32_t austin_same_bytes(const uint8_t *a, int32_t a_from, const uint8_t *b,
                          int32_t b_from, int32_t size) {
  int32_t same = 0;
  a += a_from;
  b += b_from;
  while (size - same >= STEP && !differs(a + same, b + same))
    same += STEP;
  while (same < size && a[same] == b[same])
    same++;
  return same;
}
