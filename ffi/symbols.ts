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
} as const satisfies Deno.ForeignLibraryInterface;
