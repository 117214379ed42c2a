/**
 * Every bound on what is read from a target, each with its reason.
 *
 * Whatever comes from another process is untrusted: a torn or hostile value
 * must end in a bounded number of steps and bytes.
 */

/** Frames walked per stack. CPython's own default recursion limit is 1000; programs raise it to tens of thousands. A power of two. */
export const MAX_FRAMES = 65_536;

/** Thread states walked per interpreter. Linux allows 32 768 threads by default. */
export const MAX_THREADS = 32_768;

/** Interpreters walked per process; sub-interpreters are counted in tens at most. */
export const MAX_INTERPRETERS = 1_024;

/** Code points of a file or function name; PATH_MAX is 4096 bytes, a qualified name may nest. Longer ones are cut. */
export const MAX_NAME_LENGTH = 4_096;

/** Bytes of a line table. Generated code reaches megabytes; 16 MiB is some four million instructions. */
export const MAX_LINE_TABLE_SIZE = 16 * 1024 * 1024;

/** Bytes that one snapshot may hold when `-h/--heap` does not say otherwise: 10 000 frames need 1 to 5 MB. */
export const MAX_SNAPSHOT_SIZE = 64 * 1024 * 1024;

/** Regions that one snapshot may hold: one for each heap frame on 3.8 to 3.10, so at least MAX_FRAMES. */
export const MAX_REGIONS = 131_072;

/** Frames known at a time; past it all are forgotten and learnt anew, so that memory stays flat in churning programs. They take some 25 MB, and a second to learn. */
export const MAX_KNOWN_FRAMES = 65_536;

/** Code objects known at a time, for the same reason. */
export const MAX_KNOWN_CODES = 16_384;

/** Bytes of `/proc/PID/maps` that are read: a process may have 65 530 mappings of some 100 bytes. */
export const MAX_MAPS_SIZE = 32 * 1024 * 1024;

/** Bytes of an ELF symbol or string table that are read; libpython's are under 1 MB, an embedding program's may be larger. */
export const MAX_SYMBOL_TABLE_SIZE = 256 * 1024 * 1024;

/** Bytes of `.bss` or `.data` that a scan for the interpreter reads per module. */
export const MAX_SCAN_SIZE = 64 * 1024 * 1024;

/** Bytes of an ELF file's section names; a binary has some forty sections, one linked with -ffunction-sections thousands. */
export const MAX_SECTION_NAMES_SIZE = 1024 * 1024;

/** Entries of an ELF image's dynamic section; linkers write some forty. */
export const MAX_DYNAMIC_ENTRIES = 4_096;

/** Symbols looked at in one bucket of a symbol hash table; linkers keep some four in each. */
export const MAX_HASH_CHAIN = 4_096;

/** Modules that are searched for an interpreter; large programs load some hundred libraries. */
export const MAX_MODULES = 1_024;

/** Segments of an ELF image; linkers write some fifteen, and Linux takes no executable with more than 64 KiB of them. */
export const MAX_SEGMENTS = 1_170;

/** Mappings that are tried as the start of an image, and segments that are compared for each; two and five are usual. */
export const MAX_IMAGE_STARTS = 16;

/** Places in a string table that a symbol's name is looked for at; each name is there a few times at most. */
export const MAX_NAME_PLACES = 1_024;

/** Places that a scan for the interpreter takes a closer look at in each module; a few look like one. */
export const MAX_RUNTIME_PLACES = 4_096;

/** Entries of a dictionary that are looked at; large programs have some ten thousand modules. */
export const MAX_DICTIONARY_ENTRIES = 262_144;

/** Bytes of a target's integer that are read: two digits of 30 bits, or four of 15, hold any thread's id. */
export const MAX_INTEGER_SIZE = 8;

/** Where the headers of a PE image may be; linkers put them within the first kilobyte. */
export const MAX_PE_HEADERS_SIZE = 64 * 1024;

/** Sections of a PE image; Windows takes 96. */
export const MAX_PE_SECTIONS = 96;

/** Exports of a PE image: ordinals have 16 bits. */
export const MAX_EXPORTS = 65_536;

/** Bytes for the list of a process's modules on Windows: MAX_MODULES with paths of some 200 bytes, and the same for their handles. */
export const MAX_MODULE_TABLE_SIZE = 512 * 1024;

/** Bytes of Windows' list of all processes and threads: 80 for a thread, 256 for a process; a busy server has 20 000 threads. */
export const MAX_PROCESS_LIST_SIZE = 64 * 1024 * 1024;

/** Bytes of bytecode that are read; generated code reaches megabytes. */
export const MAX_BYTECODE_SIZE = 16 * 1024 * 1024;

/** Objects on evaluation stacks known at a time; past it all are forgotten and learnt anew. */
export const MAX_KNOWN_OBJECTS = 65_536;

/** Words of a frame: locals and evaluation stack. Generated code may have some ten thousands. */
export const MAX_FRAME_WORDS = 1 << 20;

/** Bytes of an image's index of unwind entries, eight for each function; the largest libraries have a million. */
export const MAX_UNWIND_INDEX_SIZE = 32 * 1024 * 1024;

/** Bytes of one function's unwind entry; those of huge generated functions take some ten thousand. */
export const MAX_UNWIND_ENTRY_SIZE = 1024 * 1024;

/** Bytes of a thread's machine stack that are copied, from its top; CPython up to 3.10 takes some 500 for each Python frame. */
export const MAX_STACK_COPY = 1024 * 1024;

/** Frames of machine code in one stack; a recursion of 10 000 Python functions up to 3.10 has three or four for each. */
export const MAX_NATIVE_FRAMES = 65_536;

/** Instructions whose unwind rules, and whose names, are kept; past it all are learnt anew. */
export const MAX_KNOWN_INSTRUCTIONS = 65_536;

/** Bytes of a mangled name that are handed to the demangler. */
export const MAX_MANGLED_SIZE = 4_096;

/** Bytes of a thread's kernel stack as text; the kernel gives 64 lines. */
export const MAX_KERNEL_STACK_SIZE = 16 * 1024;

/** Chunks of a thread's data stack; one holds at least 16 KiB, so MAX_FRAMES of usual size need some 500. */
export const MAX_CHUNKS = 4_096;

/** Bytes of a Mach-O image's load commands; those of large programs take some 10 KiB. */
export const MAX_MACHO_COMMANDS_SIZE = 256 * 1024;

/** Images in a universal file: there are two machines. Compiled Java begins like one with 45 or more. */
export const MAX_MACHO_SLICES = 32;

/** Bytes for the list of a process's threads on macOS: 16 each. */
export const MAX_THREAD_TABLE_SIZE = 64 * 1024;

/** Bytes for the list of a process's children on macOS: 4 each. */
export const MAX_CHILDREN_TABLE_SIZE = 64 * 1024;
