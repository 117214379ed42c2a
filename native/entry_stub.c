/*
 * The first code that a packed austin runs. A packed file is the plain deno
 * executable with one more segment; this stub is the start of that segment
 * and the ELF entry point. The dynamic loader has finished when it runs, and
 * nothing of deno has. It
 *
 *   1. puts the loader script and the shim library into sealed memory files,
 *   2. lays out a second argument vector and environment below the first:
 *      deno's own options and the script before the user's arguments, and no
 *      variable that deno would listen to,
 *   3. jumps to deno's own entry point with that.
 *
 * It is freestanding, position independent and needs no relocation. What it
 * inserts and hides is not known here: `scripts/pack/payload.ts` writes it
 * into the parameter table.
 */
#include "entry_stub_machine.h"

/* A list is strings one after another, each ended by NUL, and an empty one. */
typedef const char *list;

/*
 * The first bytes of the segment; all offsets count from here, and may be
 * negative. The order is that of PARAMETERS in scripts/pack/payload.ts.
 */
struct parameters {
  uint64_t magic;
  int64_t entry;         /* deno's own entry point */
  int64_t environ_slot;  /* the global offset table's pointer to `environ` */
  int64_t arguments;     /* list: deno's arguments up to the script */
  int64_t settings;      /* list: NAME=VALUE given to deno */
  int64_t hidden;        /* list: prefixes of variables kept from deno */
  int64_t trusted;       /* list: the only prefixes let through with AT_SECURE */
  int64_t hidden_prefix; /* string put before the name of a hidden variable */
  int64_t loader, loader_size;
  int64_t library, library_size;
  int64_t bundle, bundle_size;
};

#define MAGIC 0x314b434150545341u /* "ASTPACK1" */

__attribute__((section(".parameters"), visibility("hidden"), used))
struct parameters parameters = {.magic = MAGIC};

_Static_assert(sizeof(struct parameters) == 14 * 8, "pack.ts writes 14 values");

/* ---- strings ---- */

static const char *at(int64_t offset) { return (const char *)&parameters + offset; }

static word length(const char *s) {
  word n = 0;
  while (s[n])
    n++;
  return n;
}

static const char *next(list l) { return l + length(l) + 1; }

static word count(list l) {
  word n = 0;
  for (; *l; l = next(l))
    n++;
  return n;
}

static int starts_with_one_of(const char *s, list prefixes) {
  for (list p = prefixes; *p; p = next(p)) {
    word n = 0;
    while (p[n] && s[n] == p[n])
      n++;
    if (!p[n])
      return 1;
  }
  return 0;
}

/* The volatile keeps compilers from making this a call of strcpy. */
static char *append(char *end, const char *s) {
  while ((*(volatile char *)end = *s++))
    end++;
  return end;
}

static char *append_number(char *end, word n) {
  char digits[20];
  int i = 0;
  do
    digits[i++] = (char)('0' + n % 10);
  while (n /= 10);
  while (i)
    *end++ = digits[--i];
  *end = 0;
  return end;
}

/* EX_SOFTWARE. */
#define EXIT_UNUSABLE 70

_Noreturn static void die(const char *message) {
  call(SYS_write, 2, (intptr_t)message, (intptr_t)length(message), 0);
  call(SYS_exit_group, EXIT_UNUSABLE, 0, 0, 0);
  __builtin_unreachable();
}

/* ---- memory files ---- */

enum {
  EINTR = 4,
  EINVAL = 22,
  MFD_CLOEXEC = 1,
  MFD_ALLOW_SEALING = 2,
  MFD_NOEXEC_SEAL = 8,
  F_DUPFD_CLOEXEC = 1030,
  F_ADD_SEALS = 1033,
  ALL_SEALS = 15,
  /* Above what programs, and their users with `3>file`, count on. */
  LOWEST_DESCRIPTOR = 100,
  AFTER_STANDARD_STREAMS = 3
};

static intptr_t move_up(intptr_t fd) {
  intptr_t moved = call(SYS_fcntl, fd, F_DUPFD_CLOEXEC, LOWEST_DESCRIPTOR, 0);
  if (moved < 0) /* RLIMIT_NOFILE is low */
    moved = call(SYS_fcntl, fd, F_DUPFD_CLOEXEC, AFTER_STANDARD_STREAMS, 0);
  if (moved < 0)
    die("austin: Cannot start: no free file descriptor\n"
        "hint: raise the limit of open files (`ulimit -n`)\n");
  call(SYS_close, fd, 0, 0, 0);
  return moved;
}

/* Not executable: mapping it as a library is allowed all the same, whatever vm.memfd_noexec is. */
static intptr_t memory_file(const char *name) {
  intptr_t flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
  intptr_t fd = call(SYS_memfd_create, (intptr_t)name, flags | MFD_NOEXEC_SEAL, 0, 0);
  if (fd == -EINVAL) /* Linux before 6.3 */
    fd = call(SYS_memfd_create, (intptr_t)name, flags, 0, 0);
  if (fd < 0)
    die("austin: Cannot start: the kernel refuses an anonymous memory file\n"
        "hint: memfd_create needs Linux 3.17, and a seccomp filter must let it through\n");
  return move_up(fd);
}

static void write_all(intptr_t fd, const char *bytes, word size) {
  while (size) {
    intptr_t n = call(SYS_write, fd, (intptr_t)bytes, (intptr_t)size, 0);
    if (n == -EINTR)
      continue;
    if (n <= 0)
      die("austin: Cannot start: an anonymous memory file cannot be written\n"
          "hint: is there memory left, also in the control group?\n");
    bytes += n;
    size -= (word)n;
  }
}

static void seal(intptr_t fd) { call(SYS_fcntl, fd, F_ADD_SEALS, ALL_SEALS, 0); }

static char *append_path(char *end, intptr_t fd) {
  return append_number(append(end, "/proc/self/fd/"), (word)fd);
}

static intptr_t library_file(void) {
  intptr_t fd = memory_file("libaustin.so");
  write_all(fd, at(parameters.library), (word)parameters.library_size);
  seal(fd);
  return fd;
}

/* The loader, after a line that tells it where everything else is. */
static intptr_t loader_file(intptr_t library) {
  char line[160], *end = line;
  end = append(end, "globalThis.__austin={library:\"");
  end = append_path(end, library);
  end = append(end, "\",bundle:{address:");
  end = append_number(end, (word)at(parameters.bundle));
  end = append(end, ",size:");
  end = append_number(end, (word)parameters.bundle_size);
  end = append(end, "}};\n");
  intptr_t fd = memory_file("austin.js");
  write_all(fd, line, (word)(end - line));
  write_all(fd, at(parameters.loader), (word)parameters.loader_size);
  seal(fd);
  return fd;
}

/* ---- the new stack ---- */

enum { AT_NULL = 0, AT_SECURE = 23, SIGUSR1 = 10, SIG_BLOCK = 0, AT_FDCWD = -100 };

/* What the kernel put on the stack: argc, argv, envp, auxv. */
struct start_block {
  word argument_count;
  char **arguments;
  char **variables;
  word *auxiliary;
  word auxiliary_words;
  int secure;
};

static struct start_block read_start_block(word *stack) {
  struct start_block block = {.argument_count = stack[0], .arguments = (char **)(stack + 1)};
  block.variables = block.arguments + block.argument_count + 1;
  char **end = block.variables;
  while (*end)
    end++;
  /* With AT_SECURE the dynamic loader removes variables in place, which leaves several NULLs. */
  while (!*end)
    end++;
  block.auxiliary = (word *)end;
  word *entry = block.auxiliary;
  for (; entry[0] != AT_NULL; entry += 2)
    if (entry[0] == AT_SECURE)
      block.secure = entry[1] != 0;
  block.auxiliary_words = (word)(entry + 2 - block.auxiliary);
  return block;
}

static int is_hidden(const struct start_block *block, const char *variable) {
  if (starts_with_one_of(variable, at(parameters.hidden)))
    return 1;
  return block->secure && !starts_with_one_of(variable, at(parameters.trusted));
}

static word hidden_size(const struct start_block *block) {
  word prefix = length(at(parameters.hidden_prefix)), size = 0;
  for (char **v = block->variables; *v; v++)
    if (is_hidden(block, *v))
      size += prefix + length(*v) + 1;
  return size;
}

/* Renames the variables that deno must not see; `text` has hidden_size() bytes. */
static void hide_variables(const struct start_block *block, char *text) {
  for (char **v = block->variables; *v; v++)
    if (is_hidden(block, *v)) {
      char *renamed = text;
      text = append(append(text, at(parameters.hidden_prefix)), *v) + 1;
      *v = renamed;
    }
}

static word block_words(const struct start_block *block) {
  word variables = (word)(block->auxiliary - (word *)block->variables);
  return 1 + count(at(parameters.arguments)) + 1 + block->argument_count + 1 + variables +
         count(at(parameters.settings)) + 1 + block->auxiliary_words;
}

static word *push_list(word *to, list l) {
  for (; *l; l = next(l))
    *to++ = (word)l;
  return to;
}

/* Writes the block that deno starts from to `to`, which has block_words() words. */
static void write_block(const struct start_block *block, const char *script, word *to) {
  word *argc = to++;
  to = push_list(to, at(parameters.arguments));
  *to++ = (word)script;
  for (word i = 1; i < block->argument_count; i++)
    *to++ = (word)block->arguments[i];
  *argc = (word)(to - argc - 1);
  *to++ = 0;
  word *variables = to;
  for (char **v = block->variables; *v; v++)
    *to++ = (word)*v;
  to = push_list(to, at(parameters.settings));
  *to++ = 0;
  for (word i = 0; i < block->auxiliary_words; i++)
    *to++ = block->auxiliary[i];
  /* The dynamic loader has pointed the C library's `environ` to the old one. */
  **(word ***)at(parameters.environ_slot) = (word *)variables;
}

/*
 * Deno opens a debugger on SIGUSR1. With file capabilities that would hand
 * them to any local user, so no thread may ever get that signal.
 */
static void block_debugger_signal(void) {
  uint64_t mask = 1u << (SIGUSR1 - 1);
  call(SYS_rt_sigprocmask, SIG_BLOCK, (intptr_t)&mask, 0, sizeof mask);
}

/* @param stack what the kernel left. @param exit_handler the dynamic loader's, for atexit. */
__attribute__((used)) _Noreturn static void start(word *stack, word exit_handler) {
  struct start_block block = read_start_block(stack);
  if (block.secure)
    block_debugger_signal();
  char script[40];
  append_path(script, loader_file(library_file()));
  if (call(SYS_faccessat, AT_FDCWD, (intptr_t)script, 0, 0) < 0)
    die("austin: Cannot start: /proc is not mounted, or must not be read\n"
        "hint: mount -t proc proc /proc\n");
  hide_variables(&block, __builtin_alloca(hidden_size(&block)));
  word *new_stack = __builtin_alloca(block_words(&block) * sizeof(word));
  write_block(&block, script, new_stack);
  enter((word)at(parameters.entry), new_stack, exit_handler);
}
