/** Reads tables out of the README, so that what it says is said once. */

/** @returns the cells of the first table under a heading, without the table's own head. @throws Error when there is none. */
export function tableUnder(text: string, heading: string): string[][] {
  const lines = text.split("\n");
  const start = lines.findIndex((line) =>
    line.replace(/^#+ /, "") === heading && line.startsWith("#")
  );
  const first = lines.findIndex((line, i) => i > start && line.startsWith("|"));
  if (start < 0 || first < 0) throw new Error(`No table under ${heading}`);
  const rest = lines.slice(first + 2);
  const end = rest.findIndex((line) => !line.startsWith("|"));
  return rest.slice(0, end < 0 ? undefined : end).map(cells);
}

function cells(line: string): string[] {
  return line.slice(1, -1).split("|").map((cell) => cell.trim());
}
