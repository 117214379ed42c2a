/*
 * What the entry stub needs of each machine: system calls, the entry point
 * `_start`, which calls `start(stack, exit_handler)`, and the jump that leaves
 * the stub. The exit handler is the dynamic loader's: the register that it
 * comes in is where the C library will look for it.
 */
#ifndef ENTRY_STUB_MACHINE_H
#define ENTRY_STUB_MACHINE_H

#include <stdint.h>

typedef uintptr_t word;

#if defined(__x86_64__)

enum {
  SYS_write = 1,
  SYS_close = 3,
  SYS_rt_sigprocmask = 14,
  SYS_fcntl = 72,
  SYS_exit_group = 231,
  SYS_faccessat = 269,
  SYS_memfd_create = 319
};

static intptr_t call(intptr_t number, intptr_t a, intptr_t b, intptr_t c, intptr_t d) {
  intptr_t result;
  register intptr_t r10 __asm__("r10") = d;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10)
                   : "rcx", "r11", "memory");
  return result;
}

__asm__(".section .entry,\"ax\"\n"
        ".globl _start\n"
        "_start:\n"
        "  mov %rsp, %rdi\n"
        "  mov %rdx, %rsi\n"
        "  and $-16, %rsp\n"
        "  call start\n"
        ".text\n");

_Noreturn static void enter(word entry, word *stack, word exit_handler) {
  __asm__ volatile("mov %1, %%rsp\n\t"
                   "xor %%ebp, %%ebp\n\t"
                   "jmp *%0"
                   :
                   : "a"(entry), "D"(stack), "d"(exit_handler)
                   : "memory");
  __builtin_unreachable();
}

#elif defined(__aarch64__)

enum {
  SYS_fcntl = 25,
  SYS_faccessat = 48,
  SYS_close = 57,
  SYS_write = 64,
  SYS_exit_group = 94,
  SYS_rt_sigprocmask = 135,
  SYS_memfd_create = 279
};

static intptr_t call(intptr_t number, intptr_t a, intptr_t b, intptr_t c, intptr_t d) {
  register intptr_t x8 __asm__("x8") = number;
  register intptr_t x0 __asm__("x0") = a;
  register intptr_t x1 __asm__("x1") = b;
  register intptr_t x2 __asm__("x2") = c;
  register intptr_t x3 __asm__("x3") = d;
  __asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3) : "memory");
  return x0;
}

__asm__(".section .entry,\"ax\"\n"
        ".globl _start\n"
        "_start:\n"
        "  mov x1, x0\n"
        "  mov x0, sp\n"
        "  bl start\n"
        ".text\n");

_Noreturn static void enter(word entry, word *stack, word exit_handler) {
  register word x0 __asm__("x0") = exit_handler;
  register word x9 __asm__("x9") = (word)stack;
  register word x16 __asm__("x16") = entry;
  __asm__ volatile("mov sp, x9\n\t"
                   "mov x29, #0\n\t"
                   "mov x30, #0\n\t"
                   "br x16"
                   :
                   : "r"(x0), "r"(x9), "r"(x16)
                   : "memory");
  __builtin_unreachable();
}

#else
#error "the entry stub knows x86_64 and aarch64 only"
#endif

#endif
