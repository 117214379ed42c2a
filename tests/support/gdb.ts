/** What gdb makes of a stack: the other opinion on where its frames are. */

import type { Mapping } from "../../src/process/maps.ts";
import { inFolder } from "./folder.ts";
import { type Need, tool } from "./needs.ts";
import { run } from "./program.ts";

/** The gdb that knows all machines. */
export const gdb: Need = tool("gdb-multiarch");

const FRAME = /^#\d+ +(?:0x([0-9a-f]+) in )?/;

/** @param core file. @param mappings of the process; gdb is told where its files were, so that it need not find them. @returns program counters from the leaf. */
export async function backtraceOf(
  core: string,
  mappings: readonly Mapping[],
): Promise<number[]> {
  return await inFolder(async (folder) => {
    const starts = mappings.filter(({ offset, path, inode }, index) =>
      offset === 0 && inode !== 0 &&
      mappings.findIndex((other) => other.path === path) === index &&
      isElf(path)
    );
    const commands = [
      "set confirm off",
      "set print address on",
      "set auto-load off",
      `core ${core}`,
      ...starts.map(({ path, start }) =>
        `add-symbol-file "${path}" -o 0x${start.toString(16)}`
      ),
      "backtrace",
    ];
    const script = `${folder}/commands`;
    await Deno.writeTextFile(script, `${commands.join("\n")}\n`);
    const { stdout, stderr } = await run(
      ["gdb-multiarch", "-nx", "-batch", "-x", script],
    );
    // Opening the file shows its innermost frame, too.
    const counters = stdout.slice(stdout.lastIndexOf("#0 ")).split("\n").map((
      line,
    ) => FRAME.exec(line)?.[1])
      .filter((text) => text !== undefined);
    if (counters.length === 0) throw new Error(`gdb shows no stack: ${stderr}`);
    return counters.map((text) => Number.parseInt(text, 16));
  });
}

function isElf(path: string): boolean {
  try {
    using file = Deno.openSync(path);
    const start = new Uint8Array(4);
    file.readSync(start);
    return String.fromCharCode(...start) === "\x7fELF";
  } catch {
    return false;
  }
}
