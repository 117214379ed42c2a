/**
 * Source lines of machine code, from what compilers left about them (DWARF),
 * by binutils' `addr2line`.
 */

/** Where an instruction is in the source. */
export interface SourcePlace {
  /** The function as programmers know it; null when it is not told. */
  readonly scope: string | null;
  /** Null when nothing is known of the line. */
  readonly line: { readonly file: string; readonly number: number } | null;
}

/** Addresses that one program is asked for, and how long it may take for them; libraries with much of it take seconds. */
const MAX_ADDRESSES = 500;
const LIMIT_MS = 20_000;

/** Several instructions of a line are told apart by a number that nobody needs. */
const PLACE = /^(.*):(\d+)(?: \(discriminator \d+\))?$/;

/**
 * Asks for places in one file.
 * @param addresses that its linker gave.
 * @returns a place for each, as far as something is known; null when there is no such program.
 */
export async function addr2line(
  path: string,
  addresses: readonly number[],
): Promise<(SourcePlace | null)[] | null> {
  const places: (SourcePlace | null)[] = [];
  for (let i = 0; i < addresses.length; i += MAX_ADDRESSES) {
    const some = addresses.slice(i, i + MAX_ADDRESSES);
    const lines = await ask(path, some);
    if (lines === null) return null;
    some.forEach((_, j) => places.push(parse(lines[2 * j], lines[2 * j + 1])));
  }
  return places;
}

/** @returns two lines for each address: function and place; null when there is no such program. */
async function ask(
  path: string,
  addresses: readonly number[],
): Promise<string[] | null> {
  const words = addresses.map((address) => `0x${address.toString(16)}`);
  try {
    const { stdout } = await new Deno.Command("addr2line", {
      args: ["-f", "-C", "-e", path, ...words],
      stdin: "null",
      stderr: "null",
      signal: AbortSignal.timeout(LIMIT_MS),
    }).output();
    return new TextDecoder().decode(stdout).split("\n");
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    return [];
  }
}

function parse(scope = "??", place = ""): SourcePlace | null {
  const [, file = "??", number = "0"] = PLACE.exec(place) ?? [];
  const isKnown = file !== "??" && number !== "0";
  const line = isKnown ? { file, number: Number(number) } : null;
  if (scope === "??" && line === null) return null;
  return { scope: scope === "??" ? null : scope, line };
}
