/** Source lines for the machine code that `-w` shows. */

import type { Frame } from "../../events/frame_table.ts";
import type { ProcessStacks } from "../../events/stacks.ts";
import { addr2line } from "../../native/addr2line.ts";
import type { Warn } from "./native.ts";

/** @returns the same stacks; frames of machine code have the file and line of their source where they are known, else the file of the code and no line. */
export async function withSourceLines(
  processes: readonly ProcessStacks[],
  warn: Warn,
): Promise<ProcessStacks[]> {
  return await Promise.all(
    processes.map((process) => resolveProcess(process, warn)),
  );
}

/** Addresses that are asked for, by the file that has them. */
type Wanted = Map<string, Set<number>>;

async function resolveProcess(
  process: ProcessStacks,
  warn: Warn,
): Promise<ProcessStacks> {
  const wanted: Wanted = new Map();
  for (const { frames } of process.threads) {
    for (const { machine } of frames) {
      if (machine?.kind !== "native" || machine.module === "") continue;
      const addresses = wanted.get(machine.module) ?? new Set();
      wanted.set(machine.module, addresses.add(machine.address));
    }
  }
  const lines = await ask(process.pid, wanted, warn);
  const threads = process.threads.map((thread) => ({
    ...thread,
    frames: thread.frames.map((frame) => resolved(frame, lines)),
  }));
  return { ...process, threads };
}

/** Lines by `<module> <address>`. */
type Lines = ReadonlyMap<string, { file: string; number: number }>;

async function ask(pid: number, wanted: Wanted, warn: Warn): Promise<Lines> {
  const lines = new Map<string, { file: string; number: number }>();
  for (const [module, set] of wanted) {
    const addresses = [...set];
    const places = await addr2line(await pathOf(pid, module), addresses);
    if (places === null) {
      warn(
        "Cannot tell source lines of machine code: there is no addr2line",
        "install binutils",
      );
      return lines;
    }
    addresses.forEach((address, i) => {
      const line = places[i]?.line ?? null;
      if (line !== null) lines.set(`${module} ${address}`, line);
    });
  }
  return lines;
}

/** A process may have a file system of its own. */
async function pathOf(pid: number, module: string): Promise<string> {
  const path = `/proc/${pid}/root${module}`;
  return await Deno.stat(path).then(() => path, () => module);
}

function resolved(frame: Frame, lines: Lines): Frame {
  const { machine } = frame;
  if (machine?.kind !== "native") return frame;
  const line = lines.get(`${machine.module} ${machine.address}`);
  if (line === undefined) {
    return { ...frame, file: machine.module || frame.file, line: 0 };
  }
  return { ...frame, file: line.file, line: line.number };
}
