/*
 * The shim: what only C can do for austin, with one implementation for each
 * operating system. This header is its documentation; `ffi/symbols.ts` says
 * the same to Deno. Nothing here allocates, prints or keeps state but the
 * stop signal and the threads that are yet to halt. Addresses and times travel
 * as double: below 2^53 they are exact.
 */
#ifndef AUSTIN_SHIM_H
#define AUSTIN_SHIM_H

#include <stdint.h>

#if defined(_WIN32)
#define AUSTIN_API __declspec(dllexport)
#else
#define AUSTIN_API __attribute__((visibility("default")))
#endif

/* Raised whenever a function changes; ffi/library.ts refuses another one. */
#define AUSTIN_ABI_VERSION 4

/* Why a process cannot be opened, austin_read copied nothing, or austin_halt halted nothing. */
enum {
  AUSTIN_GONE = -1,        /* the process has ended */
  AUSTIN_DENIED = -2,      /* the system refuses */
  AUSTIN_BAD_ADDRESS = -3, /* the first address is not mapped */
  AUSTIN_FAILED = -4,      /* anything else */
  AUSTIN_LATE = -5         /* a thread did not halt in time */
};

/* One region of the target's memory; an iovec on 64-bit systems. */
struct austin_region {
  uint64_t address;
  uint64_t size;
};

AUSTIN_API int32_t austin_abi_version(void);

/*
 * Opens the process `pid` to be looked at. Returns what the functions below
 * call `process`, or one of the codes above.
 */
AUSTIN_API int32_t austin_open_process(int32_t pid);
AUSTIN_API void austin_close_process(int32_t process);

/*
 * Copies `count` regions of a process one after the other into `local`, which
 * must have room for all of them.
 * Returns the bytes copied, which end inside the first region that cannot be
 * read, or one of the codes above when that is none.
 */
AUSTIN_API int32_t austin_read(int32_t process,
                               const struct austin_region *regions,
                               int32_t count, uint8_t *local);

/*
 * Compares `size` bytes of two copies, from a place on in each.
 * Returns how many of them are the same until the first that is not.
 */
AUSTIN_API int32_t austin_same_bytes(const uint8_t *a, int32_t a_from,
                                     const uint8_t *b, int32_t b_from,
                                     int32_t size);

/* Microseconds on a monotonic clock. */
AUSTIN_API double austin_now(void);

/*
 * Sleeps until austin_now() reaches `deadline`, or a stop signal arrives.
 * Returns austin_now().
 */
AUSTIN_API double austin_sleep_until(double deadline);

/*
 * From now on SIGINT and SIGTERM are recorded, and wake the calling thread up,
 * instead of ending the process; but when three have come and none was taken,
 * the next one does end it. Returns 0, or -1.
 */
AUSTIN_API int32_t austin_record_stop_signals(void);

/*
 * Asks for precise wake-ups of the calling thread. Children inherit that, so a
 * command is launched before. Returns 0, or -1.
 */
AUSTIN_API int32_t austin_sleep_precisely(void);

/*
 * The stop signal recorded since the last call, or 0. When it came from the
 * terminal, and so went to the children as well, it is negative.
 */
AUSTIN_API int32_t austin_take_stop_signal(void);

/*
 * Hands a line of UTF-8, ended by a zero byte, to the system's log, where it
 * is austin's. Severities are those of syslog(3): 3 is an error, 7 for
 * debugging. Without a system log nothing happens. On Windows it is the file
 * austin.log in the folder for temporary files.
 */
AUSTIN_API void austin_log(int32_t severity, const uint8_t *line);

#if defined(__linux__)

/*
 * A command is launched between these two. With file capabilities the
 * entry stub has blocked SIGUSR1, which opens the runtime's debugger; children
 * would inherit that, so meanwhile it is let through, to its default action.
 */
AUSTIN_API void austin_begin_launch(void);
AUSTIN_API void austin_end_launch(void);

/* Bytes of a page of memory. */
AUSTIN_API int32_t austin_page_size(void);

/*
 * Files that are read over and over, as those of /proc are: a path, ended by a
 * zero byte, gives a handle or -1; reading starts at the beginning each time
 * and gives the bytes read, or -1.
 */
AUSTIN_API int32_t austin_open_file(const uint8_t *path);
AUSTIN_API int32_t austin_read_file(int32_t file, uint8_t *into, int32_t size);
AUSTIN_API void austin_close_file(int32_t file);

/* 0 when standard output is a pipe whose reader has gone, else 1. Nothing is written. */
AUSTIN_API int32_t austin_output_is_read(void);

/* Makes a file in memory that a library can be loaded from. Returns a handle, or -1. */
AUSTIN_API int32_t austin_memory_file(const uint8_t *bytes, int32_t size);

/* The registers of a halted thread. */
struct austin_registers {
  uint64_t values[33]; /* by their DWARF numbers */
  int64_t signum;      /* a signal that it was about to get, or 0 */
};

/*
 * Halts thread `tid` of process `pid`, whichever state it is in, and reads its
 * registers. Only the calling thread may let it go, with austin_release and
 * the signal that it was about to get; should this process end before, however
 * that comes, the kernel lets it go. Nothing else about the thread is changed,
 * and between two halts it is not traced.
 * Returns 0, or one of the codes above. A thread that does not halt within
 * `timeout` microseconds is let go by the next austin_release_late() after it
 * has halted.
 */
AUSTIN_API int32_t austin_halt(int32_t pid, int32_t tid, double timeout,
                               struct austin_registers *registers);
AUSTIN_API void austin_release(int32_t pid, int32_t tid, int32_t signum);
AUSTIN_API void austin_release_late(void);

#else

/* An image in a process. `path_size` bytes of UTF-8 follow, filled up to a multiple of 8. */
struct austin_module {
  uint64_t address;
  uint64_t size;
  uint64_t path_size;
};

/*
 * Lists the images of a process, its executable first. `into` begins at a
 * multiple of 8; what does not fit in `size` bytes is left out.
 * Returns the bytes written, or one of the codes above.
 */
AUSTIN_API int32_t austin_list_modules(int32_t process, uint8_t *into,
                                       int32_t size);

/* Bytes of a process that are in memory, or -1. */
AUSTIN_API double austin_resident_memory(int32_t process);

#endif
#if defined(_WIN32)

/*
 * Copies what the system knows of all processes and threads, an array of
 * SYSTEM_PROCESS_INFORMATION, if it fits in `size` bytes.
 * Returns the bytes that it needs, or one of the codes above.
 */
AUSTIN_API int32_t austin_list_processes(uint8_t *into, int32_t size);

#elif defined(__APPLE__)

/* A thread of a process. */
struct austin_thread {
  uint64_t id;   /* as pthread_threadid_np gives it */
  uint64_t runs; /* 1 when it is on a processor, or waits for one; else 0 */
};

/*
 * Lists the threads of a process. Returns the bytes written, or one of the
 * codes above; what does not fit in `size` bytes is left out.
 */
AUSTIN_API int32_t austin_list_threads(int32_t process, uint8_t *into,
                                       int32_t size);

/* Lists the ids of a process's children, int32_t each. Returns as above. */
AUSTIN_API int32_t austin_list_children(int32_t pid, uint8_t *into,
                                        int32_t size);

/* What the kernel knows of a process's code signature, CS_… of XNU's cs_blobs.h; or -1. */
AUSTIN_API int32_t austin_code_flags(int32_t pid);

#endif

#endif
