/**
 * Processes on Linux, from `/proc/PID`.
 *
 * Files are looked for where the process sees them, then where we do, then by
 * the kernel's own links to what is mapped; one is believed only if its inode
 * is that of the mapping, so that a package upgrade under a running program
 * does not lead us to the wrong offsets. Everything here may race with the
 * process's end, which shows as a refusal.
 */

import { isRange } from "../binary/byte_source.ts";
import { MAX_MAPS_SIZE } from "../limits.ts";
import { permissionHint, readProtection } from "./linux_permissions.ts";
import { type Mapping, type Module, modulesOf, parseMaps } from "./maps.ts";
import type { ModuleFile, Process, Refusal } from "./process.ts";

/** Bytes that are asked for at a time; the kernel gives a page of lines each. */
const READ_SIZE = 65_536;

/** What `/proc/PID/status` says. */
export interface ProcessStatus {
  /** For instance `R`, `S` or, for one that has ended, `Z`. */
  readonly state: string;
  /** The PID in each PID namespace from ours inward. */
  readonly namespacePids: readonly number[];
}

/** @param root where procfs is mounted; tests give another folder. */
export function linuxProcess(pid: number, root = "/proc"): Process {
  const folder = `${root}/${pid}`;
  return {
    pid,
    modules: () => readModules(folder),
    openModule: (module) => openModule(folder, module),
    permissionHint: () => permissionHint(readProtection(root)),
  };
}

/** @returns what the kernel says about a process; also for ones whose memory it does not let us read. */
export function readStatus(
  pid: number,
  root = "/proc",
): ProcessStatus | Refusal {
  const status = readText(`${root}/${pid}/status`);
  return typeof status === "string" ? status : parseStatus(status.text);
}

/** Parses the lines `State:` and `NSpid:` of `/proc/PID/status`. */
export function parseStatus(text: string): ProcessStatus {
  const state = /^State:\s*(\S)/m.exec(text)?.[1] ?? "";
  const pids = /^NSpid:[ \t]*([\d \t]*)$/m.exec(text)?.[1] ?? "";
  return { state, namespacePids: (pids.match(/\d+/g) ?? []).map(Number) };
}

/** @returns all that a process has mapped, in order. */
export function readMappings(
  pid: number,
  root = "/proc",
): Mapping[] | Refusal {
  const maps = readText(`${root}/${pid}/maps`);
  return typeof maps === "string" ? maps : parseMaps(maps.text);
}

function readModules(folder: string): Module[] | Refusal {
  const maps = readText(`${folder}/maps`);
  if (typeof maps === "string") return maps;
  const modules = modulesOf(parseMaps(maps.text));
  if (modules.length > 0) return executableFirst(folder, modules);
  return hasEnded(folder) ? "gone" : modules;
}

/** A process that has ended has no memory any more; neither has a kernel thread. */
function hasEnded(folder: string): boolean {
  const status = readText(`${folder}/status`);
  if (typeof status === "string") return status === "gone";
  return /^[ZX]$/.test(parseStatus(status.text).state);
}

function executableFirst(folder: string, modules: Module[]): Module[] {
  const inode = inodeOf(`${folder}/exe`);
  const executable = modules.find((module) => module.inode === inode);
  if (executable === undefined) return modules;
  return [executable, ...modules.filter((module) => module !== executable)];
}

function openModule(folder: string, module: Module): ModuleFile | null {
  const { start, end } = module.mappings[0]!;
  const range = `${start.toString(16)}-${end.toString(16)}`;
  const paths = [
    `${folder}/root${module.path}`,
    module.path, // A chroot, unlike a mount namespace, leaves our own path in maps.
    `${folder}/map_files/${range}`,
    `${folder}/exe`,
  ];
  // Not every path leads to a file: opening a pipe that took its place would block.
  const path = paths.find((path) => inodeOf(path) === module.inode);
  return path === undefined ? null : openFile(path, module.inode);
}

/** @returns the inode of a regular file, or null when there is none at that path. */
function inodeOf(path: string): number | null {
  try {
    const { isFile, ino } = Deno.statSync(path);
    return isFile ? ino : null;
  } catch {
    return null;
  }
}

/** @param inode that it must have; else a regular file is enough. @returns null when there is no such file. The caller closes it. */
export function openFile(
  path: string,
  inode = inodeOf(path),
): ModuleFile | null {
  if (inode === null) return null;
  let file: Deno.FsFile;
  try {
    file = Deno.openSync(path);
  } catch {
    return null;
  }
  if (file.statSync().ino === inode) return moduleFile(file);
  file.close();
  return null;
}

function moduleFile(file: Deno.FsFile): ModuleFile {
  const { size: end } = file.statSync();
  return {
    read: (offset, size) =>
      isRange(offset, size) && offset + size <= end
        ? readAt(file, offset, size)
        : null,
    [Symbol.dispose]: () => file.close(),
  };
}

function readAt(
  file: Deno.FsFile,
  offset: number,
  size: number,
): Uint8Array | null {
  const bytes = new Uint8Array(size);
  try {
    file.seekSync(offset, Deno.SeekMode.Start);
    for (let filled = 0; filled < size;) {
      const count = file.readSync(bytes.subarray(filled));
      if (count === null) return null;
      filled += count;
    }
    return bytes;
  } catch {
    return null;
  }
}

/** Reads a file of procfs, whose size is not known beforehand. */
function readText(path: string): { readonly text: string } | Refusal {
  try {
    using file = Deno.openSync(path);
    const decoder = new TextDecoder();
    const buffer = new Uint8Array(READ_SIZE);
    let text = "";
    for (let size = 0; size < MAX_MAPS_SIZE;) {
      const count = file.readSync(buffer);
      if (count === null) break;
      size += count;
      text += decoder.decode(buffer.subarray(0, count), { stream: true });
    }
    return { text };
  } catch (error) {
    return refusalOf(error);
  }
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof Deno.errors.NotFound) return "gone";
  if (error instanceof Deno.errors.PermissionDenied) return "denied";
  // The process ended between opening and reading.
  if (error instanceof Error && "code" in error && error.code === "ESRCH") {
    return "gone";
  }
  return "failed";
}
