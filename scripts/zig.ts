/**
 * zig, which compiles C for every system that austin runs on, without any
 * headers or libraries of the machine. It comes from the Python package index
 * and is kept in `.cache/`.
 */

import { AustinError } from "../src/errors.ts";
import { pipUnpack } from "./pip.ts";
import { ensureFolder } from "./pythons/cache.ts";
import { runTool } from "./run_tool.ts";
import { root } from "./tree.ts";

const VERSION = "0.17.1";

/** A zig that can be started. */
export interface Zig {
  /** Path of the executable. */
  readonly program: string;
  /** The folder of its own libraries and headers. */
  readonly library: string;
}

let found: Promise<Zig> | undefined;

/** Fetches zig, unless that has been done. @throws AustinError when it cannot be had. */
export function zig(): Promise<Zig> {
  return found ??= fetchZig();
}

async function fetchZig(): Promise<Zig> {
  const folder = `${root}/.cache/zig-${VERSION}`;
  await ensureFolder(folder, {
    isWhole: (folder) => starts(`${folder}/ziglang/zig`),
    fill: fill,
  });
  return {
    program: `${folder}/ziglang/zig`,
    library: `${folder}/ziglang/lib`,
  };
}

async function fill(folder: string): Promise<void> {
  await pipUnpack(`ziglang==${VERSION}`, folder);
  const program = `${folder}/ziglang/zig`;
  await Deno.chmod(program, 0o755);
  if (await starts(program)) return;
  throw new AustinError(`Cannot use zig: ${program} does not start`);
}

async function starts(program: string): Promise<boolean> {
  const result = await runTool([program, "version"]).catch(() => null);
  return result?.success === true && result.stdout.trim() === VERSION;
}
