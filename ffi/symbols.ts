/**
 * The shim's functions as Deno sees them; `native/austin_shim.h` says what
 * each promises. Addresses and times are `f64`: a number given to a `u64`
 * parameter leaves V8's fast path (181 ns instead of 17). Optional ones are not
 * on every operating system.
 */
export const symbols = {
  austin_abi_version: { parameters: [], result: "i32" },
  austin_open_process: {
    parameters: [
      "i32", // int32_t pid
    ],
    result: "i32",
  },
  austin_close_process: {
    parameters: [
      "i32", // int32_t process
    ],
    result: "void",
  },
  austin_read: {
    parameters: [
      "i32", // int32_t process
      "buffer", // const struct austin_region *regions
      "i32", // int32_t count
      "buffer", // uint8_t *local
    ],
    result: "i32",
  },
  austin_same_bytes: {
    parameters: [
      "buffer", // const uint8_t *a
      "i32", // int32_t a_from
      "buffer", // const uint8_t *b
      "i32", // int32_t b_from
      "i32", // int32_t size
    ],
    result: "i32",
  },
  austin_now: { parameters: [], result: "f64" },
  austin_sleep_until: {
    parameters: [
      "f64", // double deadline
    ],
    result: "f64",
  },
  austin_record_stop_signals: { parameters: [], result: "i32" },
  austin_sleep_precisely: { parameters: [], result: "i32" },
  austin_take_stop_signal: { parameters: [], result: "i32" },
  austin_log: {
    parameters: [
      "i32", // int32_t severity
      "buffer", // const uint8_t *line
    ],
    result: "void",
  },
  // Linux.
  austin_begin_launch: { parameters: [], result: "void", optional: true },
  austin_end_launch: { parameters: [], result: "void", optional: true },
  austin_page_size: { parameters: [], result: "i32", optional: true },
  austin_output_is_read: { parameters: [], result: "i32", optional: true },
  austin_open_file: {
    parameters: [
      "buffer", // const uint8_t *path
    ],
    result: "i32",
    optional: true,
  },
  austin_read_file: {
    parameters: [
      "i32", // int32_t file
      "buffer", // uint8_t *into
      "i32", // int32_t size
    ],
    result: "i32",
    optional: true,
  },
  austin_memory_file: {
    parameters: [
      "buffer", // const uint8_t *bytes
      "i32", // int32_t size
    ],
    result: "i32",
    optional: true,
  },
  austin_close_file: {
    parameters: [
      "i32", // int32_t file
    ],
    result: "void",
    optional: true,
  },
  // Windows and macOS.
  austin_list_modules: {
    parameters: [
      "i32", // int32_t process
      "buffer", // uint8_t *into
      "i32", // int32_t size
    ],
    result: "i32",
    optional: true,
  },
  austin_resident_memory: {
    parameters: [
      "i32", // int32_t process
    ],
    result: "f64",
    optional: true,
  },
  // Windows.
  austin_list_processes: {
    parameters: [
      "buffer", // uint8_t *into
      "i32", // int32_t size
    ],
    result: "i32",
    optional: true,
  },
  // macOS.
  austin_list_threads: {
    parameters: [
      "i32", // int32_t process
      "buffer", // uint8_t *into
      "i32", // int32_t size
    ],
    result: "i32",
    optional: true,
  },
  austin_list_children: {
    parameters: [
      "i32", // int32_t pid
      "buffer", // uint8_t *into
      "i32", // int32_t size
    ],
    result: "i32",
    optional: true,
  },
  austin_code_flags: {
    parameters: [
      "i32", // int32_t pid
    ],
    result: "i32",
    optional: true,
  },
  // Linux.
  austin_halt: {
    parameters: [
      "i32", // int32_t pid
      "i32", // int32_t tid
      "f64", // double timeout
      "buffer", // struct austin_registers *registers
    ],
    result: "i32",
    optional: true,
  },
  austin_release: {
    parameters: [
      "i32", // int32_t pid
      "i32", // int32_t tid
      "i32", // int32_t signum
    ],
    result: "void",
    optional: true,
  },
  austin_release_late: { parameters: [], result: "void", optional: true },
} as const satisfies Deno.ForeignLibraryInterface;

/** The functions of the demangler's own library; see `native/austin_demangle.h`. */
export const demangleSymbols = {
  austin_demangle: {
    parameters: [
      "buffer", // const uint8_t *mangled
      "buffer", // uint8_t *into
      "i32", // int32_t size
    ],
    result: "i32",
  },
} as const satisfies Deno.ForeignLibraryInterface;
