/** Text in SVG, which does not break lines: they are broken here, by a guess that is rather too wide. */

/** Widths of DejaVu Sans, which is wider than what may stand in for it, in sizes. */
const WIDTHS: readonly (readonly [characters: RegExp, width: number])[] = [
  [/[ilI|.,:;'!]/, 0.36],
  [/[fjrt()\-[\]/ ]/, 0.4],
  [/[mwMW@%]/, 0.98],
  [/[A-Z=+<>]/, 0.76],
];
const WIDTH = 0.61;
const MONO = 0.602;

/** @returns about how wide a text is, in the units of its size. */
export function textWidth(
  text: string,
  size: number,
  font: "sans" | "mono" = "sans",
): number {
  let width = 0;
  for (const character of text) {
    const found = WIDTHS.find(([characters]) => characters.test(character));
    width += font === "mono" ? MONO : found?.[1] ?? WIDTH;
  }
  return width * size;
}

/** @returns a text in lines of at most that width; a longer word has one of its own. */
export function wrapped(text: string, width: number, size: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line === "" || textWidth(longer, size) <= width) line = longer;
    else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line];
}

/** @returns text that stands for itself in XML. */
export function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;");
}
