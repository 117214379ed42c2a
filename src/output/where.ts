/**
 * Where threads are, for people: the layout of Austin 3.7's where mode.
 *
 * | part    | text                                                            |
 * | ------- | --------------------------------------------------------------- |
 * | thread  | two line feeds, the head, two line feeds, a line for each frame  |
 * | head    | `<emojis> Process <pid> 🧵 Thread <iid>:<tid>`, ` "<name>"` if it has one |
 * | emojis  | 🚀 running or 💤 off the CPU, then 🧒 for a child process         |
 * | frame   | four spaces, `<scope> (<file>:<line>)`, from the root to the leaf |
 *
 * A frame of machine code has `<function> (<file>:<line>)` where its source is
 * known, else the file of the code and `0x<address in it>`; one of the kernel is
 * `<function> 🐧`.
 *
 * A line `    :INVALID: …` stands before the frames that could be read where
 * others could not, and `    :GC: …` behind the leaf while garbage is
 * collected. Control characters in names are escaped as `escape.ts` says.
 */

import type { Frame } from "../events/frame_table.ts";
import type { ProcessStacks, ThreadStack } from "../events/stacks.ts";
import { escapeControls } from "./escape.ts";

/** How parts of the text are set off from each other; `Style` of `cli/` is one. */
export interface Colours {
  green(text: string): string;
  yellow(text: string): string;
  blue(text: string): string;
  magenta(text: string): string;
  cyan(text: string): string;
  grey(text: string): string;
  silver(text: string): string;
  ice(text: string): string;
}

const INVALID = "    :INVALID: (the stack could not be read whole)\n";
const COLLECTING = "    :GC: (collecting garbage)\n";

/** @returns the text for a process. */
export function whereText(process: ProcessStacks, colours: Colours): string {
  const threads = process.threads.map((thread) =>
    threadText(process, thread, colours)
  );
  if (process.lacksThreads) {
    threads.push(
      `\n\n❗ ${
        processText(process, colours)
      } has threads that could not be read\n`,
    );
  }
  return threads.join("");
}

function threadText(
  process: ProcessStacks,
  thread: ThreadStack,
  colours: Colours,
): string {
  const { iid, tid, name, isIdle, isInvalid, isCollecting, frames } = thread;
  const emojis = (isIdle ? "💤" : "🚀") + (process.isChild ? "🧒" : "");
  const id = colours.blue(`${iid}:${tid}`);
  const title = name === null ? "" : ` "${escapeControls(name)}"`;
  return [
    `\n\n${emojis} ${
      processText(process, colours)
    } 🧵 Thread ${id}${title}\n\n`,
    ...isInvalid ? [INVALID] : [],
    ...frames.map((frame) => frameText(frame, colours)),
    ...isCollecting ? [COLLECTING] : [],
  ].join("");
}

function processText({ pid }: ProcessStacks, { magenta }: Colours): string {
  return `Process ${magenta(String(pid))}`;
}

function frameText(frame: Frame, colours: Colours): string {
  const { machine } = frame;
  if (machine?.kind === "kernel") {
    return `    ${colours.ice(escapeControls(frame.scope))} 🐧\n`;
  }
  if (machine?.kind === "native") {
    return nativeText(frame, machine.address, colours);
  }
  const { yellow, cyan, green } = colours;
  const scope = yellow(escapeControls(frame.scope));
  const file = cyan(escapeControls(frame.file));
  return `    ${scope} (${file}:${green(String(frame.line))})\n`;
}

function nativeText(
  frame: Frame,
  address: number,
  { grey, silver }: Colours,
): string {
  const scope = grey(escapeControls(frame.scope));
  const file = silver(escapeControls(frame.file));
  const place = frame.line > 0 ? `${frame.line}` : `0x${address.toString(16)}`;
  return `    ${scope} (${file}:${grey(place)})\n`;
}
