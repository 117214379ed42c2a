/**
 * Tests that need something of the machine. Where it is missing they are
 * ignored and their names say why, which `scripts/run_tests.ts` insists on.
 */

/** Something that not every machine has. */
export interface Need {
  /** What it is, in words that follow "needs". */
  readonly what: string;
  /** Whether this machine has it. */
  readonly met: boolean;
}

/** Defines a test, ignored where a need is not met: the first such one is named. */
export function testNeeding(
  needs: readonly Need[],
  name: string,
  fn: (t: Deno.TestContext) => void | Promise<void>,
): void {
  const missing = needs.find((need) => !need.met);
  if (missing === undefined) Deno.test(name, fn);
  else Deno.test({ name: `${name} (needs ${missing.what})`, ignore: true, fn });
}

/** Tests that take long: only with `scripts/test --all`. */
export const slowTier: Need = {
  what: "--all",
  met: Deno.env.get("AUSTIN_TEST_ALL") === "1",
};

/** Running as root, for chroot, mount and other users. */
export const rootUser: Need = { what: "root", met: Deno.uid() === 0 };

/** A kernel for x86_64 that runs 32-bit programs as well. Linux arch/x86/Kconfig IA32_EMULATION */
export const i386Kernel: Need = {
  what: "a kernel that runs i386 programs",
  met: exists("/proc/sys/abi/vsyscall32"),
};

/** A program on the PATH. */
export function tool(name: string): Need {
  const folders = (Deno.env.get("PATH") ?? "").split(":");
  return {
    what: name,
    met: folders.some((folder) => exists(`${folder}/${name}`)),
  };
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
