/**
 * The contents of the segment that makes deno an austin.
 *
 * | order | content                                        | form                          |
 * | ----- | ---------------------------------------------- | ----------------------------- |
 * | 1     | parameter table                                | `MAGIC`, 13 × i64: `PARAMETERS` |
 * | 2     | the rest of the entry stub, its entry point first | machine code               |
 * | 3     | deno's arguments up to the script              | list                          |
 * | 4     | variables for deno                             | list of `NAME=VALUE`          |
 * | 5     | variables to be hidden from deno               | list of prefixes              |
 * | 6     | variables let through under file capabilities  | list of prefixes              |
 * | 7     | what is put before the name of a hidden one    | string                        |
 * | 8     | loader                                         | JavaScript module             |
 * | 9     | shim library                                   | ELF                           |
 * | 10    | bundle                                         | JavaScript, two scripts: `bundle.ts` |
 *
 * A list is strings that end with NUL, and an empty one. Each part begins at a
 * multiple of 64. Offsets in the table count from its own beginning.
 */

import { AustinError } from "../../src/errors.ts";
import {
  HIDDEN_PREFIX,
  insertedVariables,
} from "../../src/process/environment.ts";
import { roundUp } from "./elf_segment.ts";
import { denoArguments, hiddenVariables } from "./isolation.ts";

/** The parts that are built elsewhere. */
export interface Payload {
  readonly stub: Uint8Array;
  readonly loader: Uint8Array;
  readonly library: Uint8Array;
  readonly bundle: Uint8Array;
}

/** Addresses in the executable that the stub has to know. */
export interface Surroundings {
  /** Of the segment. */
  readonly address: number;
  /** Of deno's own entry point. */
  readonly entry: number;
  /** Of the pointer to `environ`. */
  readonly environSlot: number;
}

/** How the table begins in an entry stub that was built. */
const MAGIC = "ASTPACK1";

/** The table's values after that; `struct parameters` in `native/entry_stub.c`. */
const PARAMETERS = [
  "entry",
  "environSlot",
  "arguments",
  "settings",
  "hidden",
  "trusted",
  "hiddenPrefix",
  "loader",
  "loaderSize",
  "library",
  "librarySize",
  "bundle",
  "bundleSize",
] as const;

/** Where the entry point is in the segment. */
export const ENTRY_OFFSET: number = MAGIC.length + PARAMETERS.length * 8;

const PART_ALIGNMENT = 64;

/** All that a file with capabilities needs of its caller's environment. */
const trustedVariables = [
  "PATH=",
  "HOME=",
  "USER=",
  "LOGNAME=",
  "SHELL=",
  "PWD=",
  "OLDPWD=",
  "TMPDIR=",
  "XDG_",
  "TZ=",
  "LANG=",
  "LANGUAGE=",
  "LC_",
  "TERM=",
  "COLORTERM=",
  "NO_COLOR=",
  "COLUMNS=",
  "LINES=",
  "AUSTIN_",
];

/**
 * Puts the segment together.
 *
 * @throws AustinError when the stub is not of this tree.
 */
export function buildPayload(
  payload: Payload,
  { address, entry, environSlot }: Surroundings,
): Uint8Array<ArrayBuffer> {
  checkStub(payload.stub);
  const parts = {
    stub: payload.stub,
    arguments: list(["austin", ...denoArguments]),
    settings: list(
      Object.entries(insertedVariables).map((pair) => pair.join("=")),
    ),
    hidden: list(hiddenVariables),
    trusted: list(trustedVariables),
    hiddenPrefix: encode(`${HIDDEN_PREFIX}\0`),
    loader: payload.loader,
    library: payload.library,
    bundle: payload.bundle,
  };
  const offsets = layOut(parts);
  const segment = new Uint8Array(offsets.end);
  for (const name of Object.keys(parts) as (keyof typeof parts)[]) {
    segment.set(parts[name], offsets[name]);
  }
  writeTable(segment, {
    ...offsets,
    entry: entry - address,
    environSlot: environSlot - address,
    loaderSize: payload.loader.length,
    librarySize: payload.library.length,
    bundleSize: payload.bundle.length,
  });
  return segment;
}

function checkStub(stub: Uint8Array): void {
  const start = new TextDecoder().decode(stub.subarray(0, MAGIC.length));
  if (start === MAGIC && stub.length > ENTRY_OFFSET) return;
  throw new AustinError(
    "Cannot pack: the entry stub does not begin with its parameter table",
    "rebuild it with `deno task native`",
  );
}

function list(strings: readonly string[]): Uint8Array {
  return encode(strings.map((text) => `${text}\0`).join("") + "\0");
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function layOut<Name extends string>(
  parts: Record<Name, Uint8Array>,
): Record<Name | "end", number> {
  let end = 0;
  const offsets: Record<string, number> = {};
  for (const [name, bytes] of Object.entries<Uint8Array>(parts)) {
    offsets[name] = roundUp(end, PART_ALIGNMENT);
    end = offsets[name] + bytes.length;
  }
  return { ...offsets, end } as Record<Name | "end", number>;
}

function writeTable(
  segment: Uint8Array<ArrayBuffer>,
  values: Record<typeof PARAMETERS[number], number>,
): void {
  const view = new DataView(segment.buffer);
  PARAMETERS.forEach((name, i) => {
    view.setBigInt64(MAGIC.length + i * 8, BigInt(values[name]), true);
  });
}
