/** Who may read another process's memory on Linux, and what to tell those who may not. */

/** What decides on it. */
export interface Protection {
  /** We run as root. */
  readonly superuser: boolean;
  /** Yama's `ptrace_scope`; null where there is no Yama. */
  readonly ptraceScope: number | null;
}

/** @param root where procfs is mounted. @returns what holds on this machine. */
export function readProtection(root = "/proc"): Protection {
  return {
    superuser: Deno.uid() === 0,
    ptraceScope: readScope(`${root}/sys/kernel/yama/ptrace_scope`),
  };
}

function readScope(path: string): number | null {
  try {
    return parseInt(Deno.readTextFileSync(path), 10);
  } catch {
    return null;
  }
}

/** @returns what a user can do who may not read a process. */
export function permissionHint(
  { superuser, ptraceScope }: Protection,
): string {
  const ways = [
    ...superuser ? [] : [
      "use sudo",
      "give austin the capability with `sudo setcap cap_sys_ptrace+ep $(which austin)`",
    ],
    "in Docker, start the container with `--cap-add SYS_PTRACE`",
  ];
  return [...ways, ...yamaHint(ptraceScope)].join("; ");
}

/** Linux Documentation/admin-guide/LSM/Yama.rst */
function yamaHint(ptraceScope: number | null): string[] {
  if (ptraceScope === null || ptraceScope === 0) return [];
  return ptraceScope >= 3
    ? ["Yama forbids it until the next boot (`kernel.yama.ptrace_scope` is 3)"]
    : [
      "or allow it to everybody with `sudo sysctl kernel.yama.ptrace_scope=0` " +
      `(it is ${ptraceScope})`,
    ];
}
