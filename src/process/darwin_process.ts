/** Processes on macOS. */

import { openFile } from "./linux_process.ts";
import type { Module } from "./maps.ts";
import { readModules } from "./module_table.ts";
import type { Process } from "./process.ts";
import type { ProcessTables } from "./process_tables.ts";

/** What decides on who may read a process. */
export interface DarwinProtection {
  /** We run as root. */
  readonly superuser: boolean;
  /** The process's code signing flags, or -1 when they are not known. */
  readonly codeFlags: number;
}

/** XNU osfmk/kern/cs_blobs.h CS_… */
const CodeFlag = {
  getTaskAllow: 0x4,
  restricted: 0x800,
  hardened: 0x1_0000,
  platform: 0x400_0000,
} as const;

/** Where Apple's own libraries are: none of them is a Python's. */
const APPLES = ["/usr/lib/", "/System/"];

/** A process on macOS. */
export function darwinProcess(pid: number, tables: ProcessTables): Process {
  return {
    pid,
    modules: () => {
      const modules = readModules(tables, pid);
      return typeof modules === "string"
        ? modules
        : modules.filter((module, index) => index === 0 || !isApples(module));
    },
    openModule: ({ path }) => openFile(path),
    permissionHint: () =>
      darwinPermissionHint({
        superuser: Deno.uid() === 0,
        codeFlags: tables.codeFlags(pid),
      }),
  };
}

function isApples({ path }: Module): boolean {
  return APPLES.some((folder) => path.startsWith(folder));
}

/** @returns what a user can do who may not read a process. */
export function darwinPermissionHint(
  { superuser, codeFlags }: DarwinProtection,
): string {
  const protection = protectionOf(codeFlags);
  if (protection !== null) return `${protection}; ${OTHER_PYTHON}`;
  if (!superuser) {
    return "use sudo: macOS lets only root read other processes; " +
      "where that is not enough, the program is protected: " + OTHER_PYTHON;
  }
  return "not even root may read a program that System Integrity Protection " +
    `protects; ${OTHER_PYTHON}`;
}

const OTHER_PYTHON =
  "use a Python from python.org, Homebrew, pyenv, conda or uv instead, not " +
  "/usr/bin/python3 or Xcode's (a virtual environment has the Python that it " +
  "was made with)";

/** @returns why not even root may read the process; null when the flags do not forbid it. */
function protectionOf(codeFlags: number): string | null {
  if (codeFlags < 0) return null;
  const has = (flag: number) => (codeFlags & flag) !== 0;
  if (has(CodeFlag.restricted) || has(CodeFlag.platform)) {
    return "it is a program of macOS, which System Integrity Protection lets nobody read, not even root";
  }
  if (has(CodeFlag.hardened) && !has(CodeFlag.getTaskAllow)) {
    return "it is signed with the hardened runtime and without the entitlement " +
      "com.apple.security.get-task-allow, so nobody may read it, not even root";
  }
  return null;
}
