/**
 * Counts the stacks in what samplers wrote: nobody's own claim, and none of the
 * readers of `src/formats/`.
 *
 * | writer             | format                        | a stack is                          |
 * | ------------------ | ----------------------------- | ----------------------------------- |
 * | austin             | text                          | a line that begins with `P`         |
 * | austin             | MOJO 3                        | event 2                             |
 * | py-spy             | `raw`: `stack count` lines    | what the counts add up to           |
 * | profiling.sampling | binary, read by its own reader | see `count_tachyon.py`             |
 */

/** What a file holds. */
export interface StackCount {
  /** Stacks that are whole. */
  readonly stacks: number;
  /** Stacks that are marked as not whole. */
  readonly invalid: number;
  /** When each stack was taken, in microseconds from the start, where the file tells. */
  readonly timesUs: readonly number[];
}

const LINE_FEED = 0x0a;
const DIGITS = /(\d+)(?:,\d+)*$/;

/** Counts lines of Austin's text. */
export function countAustinText(bytes: Uint8Array): StackCount {
  const decoder = new TextDecoder();
  const timesUs: number[] = [];
  let stacks = 0;
  let invalid = 0;
  let nowUs = 0;
  for (let start = 0; start < bytes.length;) {
    const found = bytes.indexOf(LINE_FEED, start);
    const end = found < 0 ? bytes.length : found;
    if (bytes[start] === 0x50 /* P */) {
      const line = decoder.decode(bytes.subarray(start, end));
      if (line.includes(";:INVALID:")) invalid++;
      else stacks++;
      timesUs.push(nowUs += Number(DIGITS.exec(line)?.[1] ?? 0));
    }
    start = end + 1;
  }
  return { stacks, invalid, timesUs };
}

/** Adds up py-spy's `raw`. */
export function countPySpyRaw(bytes: Uint8Array): StackCount {
  let stacks = 0;
  for (const line of new TextDecoder().decode(bytes).split("\n")) {
    stacks += Number(line.slice(line.lastIndexOf(" ") + 1));
  }
  return { stacks, invalid: 0, timesUs: [] };
}

/** Fields of MOJO 3's events, by their number: `s` is a string, `n` a number. */
const MOJO_EVENTS: Readonly<Record<number, string>> = {
  1: "ss",
  2: "nns",
  3: "nnnnnnn",
  4: "",
  5: "n",
  6: "s",
  7: "",
  8: "",
  9: "n",
  10: "n",
  11: "ns",
  12: "n",
};

/** Counts stacks in MOJO. @throws {Error} when it is not MOJO 3. */
export function countMojo(bytes: Uint8Array): StackCount {
  if (String.fromCharCode(...bytes.subarray(0, 4)) !== "MOJ\x03") {
    throw new Error("Not MOJO 3");
  }
  const timesUs: number[] = [];
  const counts = new Array<number>(13).fill(0);
  let at = 4;
  let nowUs = 0;
  while (at < bytes.length) {
    const event = bytes[at++]!;
    const fields = MOJO_EVENTS[event];
    if (fields === undefined) throw new Error(`Event ${event} at ${at - 1}`);
    counts[event]!++;
    for (const field of fields) {
      if (event === 9) timesUs.push(nowUs += numberAt(bytes, at));
      at = field === "s" ? bytes.indexOf(0, at) + 1 : behindNumber(bytes, at);
    }
  }
  return { stacks: counts[2]! - counts[4]!, invalid: counts[4]!, timesUs };
}

function behindNumber(bytes: Uint8Array, at: number): number {
  while (bytes[at]! & 0x80) at++;
  return at + 1;
}

function numberAt(bytes: Uint8Array, at: number): number {
  let value = bytes[at]! & 0x3f;
  for (let scale = 0x40; bytes[at]! & 0x80; scale *= 0x80) {
    value += (bytes[++at]! & 0x7f) * scale;
  }
  return value;
}
