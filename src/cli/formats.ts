/**
 * The forms in which samples can be written: names, file name extensions, and
 * which of them a run uses.
 */

/** Names of each format; the first is the one that the program itself uses. */
const NAMES = {
  text: ["text", "collapsed"],
  mojo: ["mojo"],
} as const;

/** One of the forms in which samples can be written. */
export type Format = keyof typeof NAMES;

/** Extensions that leave no doubt. */
const EXTENSIONS: readonly (readonly [string, Format])[] = [
  [".austin", "text"],
  [".mojo", "mojo"],
];

/** Every name that a user may give. */
export const FORMAT_NAMES: readonly string[] = Object.values(NAMES).flat();

/** @returns the format of that name, or null. */
export function formatNamed(name: string): Format | null {
  const formats = Object.keys(NAMES) as Format[];
  const hasName = (format: Format) =>
    (NAMES[format] as readonly string[]).includes(name);
  return formats.find(hasName) ?? null;
}

/** @returns the format that a file's name asks for, or null. */
export function formatOfFile(path: string): Format | null {
  return EXTENSIONS.find(([extension]) => path.endsWith(extension))?.[1] ??
    null;
}
