/**
 * Stacks of machine code: where the shim, the files of procfs and a run's
 * settings meet. Imported only by runs that show them.
 */

import { openDemangler } from "../../../ffi/demangler.ts";
import type { Shim } from "../../../ffi/shim.ts";
import { AustinError } from "../../errors.ts";
import type { FrameTable } from "../../events/frame_table.ts";
import { AddressSpace } from "../../native/address_space.ts";
import { ownArchitecture } from "../../native/architecture.ts";
import type { CodeFiles } from "../../native/code_image.ts";
import { KernelFrames } from "../../native/kernel_frames.ts";
import { NativeStacks } from "../../native/native_stacks.ts";
import {
  linuxProcess,
  openFile,
  readMappings,
} from "../../process/linux_process.ts";
import { threadIds } from "../../process/linux_threads.ts";
import type { Mapping } from "../../process/maps.ts";
import type { Layout } from "../../python/layouts/layout.ts";
import type { OpenStackTaker } from "../../sampling/stack_taker.ts";

/** Where separate debug files are, in the process's own file system and then in ours. */
const DEBUG_FOLDER = "/usr/lib/debug";

/** What a run tells people, a message and a hint. */
export type Warn = (message: string, hint: string) => void;

/** What stacks of machine code are taken with. */
export interface NativeProbeOptions {
  readonly shim: Shim;
  readonly frames: FrameTable;
  /** Whether the kernel's frames are shown too. */
  readonly kernel: boolean;
  readonly maxSnapshotSize: number;
  readonly warn: Warn;
}

/** Takes stacks of machine code of all processes of a run. */
export class NativeProbe {
  readonly #options: NativeProbeOptions;
  readonly #kernel: KernelFrames | null;
  readonly #maps: string[] = [];

  /** @throws AustinError where it cannot be done. */
  constructor(options: NativeProbeOptions) {
    const { shim, frames, kernel, warn } = options;
    if (shim.halter === null) {
      throw new AustinError(
        `Cannot take native stacks on ${Deno.build.os}`,
        "leave out `-n/--native` and `-k/--kernel`",
      );
    }
    this.#options = options;
    this.#kernel = kernel
      ? new KernelFrames(shim, frames, () =>
        warn(
          "Cannot read kernel stacks: permission denied",
          "they take root or CAP_SYS_ADMIN; the run goes on without them",
        ))
      : null;
  }

  /** @returns which files are mapped where, as far as it has not been told: values of `map` metadata. */
  takeMaps(): readonly string[] {
    return this.#maps.splice(0);
  }

  /** What a sampler takes a process's stacks with; null where only its Python frames can be had. */
  of(pid: number, layout: Layout): OpenStackTaker | null {
    const { shim, frames, maxSnapshotSize, warn } = this.#options;
    if (layout.pointerSize === 4) {
      warn(
        `Cannot take native stacks of process ${pid}: it runs a 32-bit Python`,
        "its Python frames are sampled without them",
      );
      return null;
    }
    const memory = shim.memoryOf(pid);
    const told = new Set<string>();
    const space = new AddressSpace({
      memory,
      files: codeFiles(pid),
      readMappings: () => {
        const mappings = readMappings(pid);
        return typeof mappings === "string" ? null : mappings;
      },
      onRead: (mappings) => this.#noteNew(mappings, told),
    });
    space.refresh(shim.now());
    return (interner) =>
      new NativeStacks({
        pid,
        architecture: ownArchitecture,
        memory,
        layout,
        interner,
        frames,
        space,
        halter: shim.halter!,
        files: shim,
        kernel: this.#kernel,
        demangle: openDemangler(shim),
        listThreads: () => threadIds(pid),
        onRefused: () =>
          warn(
            `Cannot halt threads of process ${pid}: only Python frames are taken, marked :INVALID:`,
            "another program that traces it, such as a debugger or strace, has to let go of it",
          ),
        maxSnapshotSize,
      });
  }

  #noteNew(mappings: readonly Mapping[], told: Set<string>): void {
    for (const { start, end, inode, path } of mappings) {
      if (inode === 0) continue;
      const line = `${start.toString(16)}-${end.toString(16)} ${path}`;
      if (told.has(line)) continue;
      told.add(line);
      this.#maps.push(line);
    }
  }
}

function codeFiles(pid: number): CodeFiles {
  const process = linuxProcess(pid);
  return {
    open: (module) => module.inode === 0 ? null : process.openModule(module),
    openDebug: (path) =>
      openFile(`/proc/${pid}/root${DEBUG_FOLDER}/${path}`) ??
        openFile(`${DEBUG_FOLDER}/${path}`),
  };
}
