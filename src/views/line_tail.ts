/** The last lines of a text that has no end, in bounded memory. */

const MAX_LINES = 500;

/** Characters of a line that are kept. */
const MAX_LINE_LENGTH = 2_000;

/** Takes pieces of text and keeps the last lines. */
export class LineTail {
  readonly #lines: string[] = [];
  /** What came after the last line feed. */
  #rest = "";
  #count = 0;

  /** Lines that came in all, complete or not. */
  get count(): number {
    return this.#count + (this.#rest === "" ? 0 : 1);
  }

  /** The last lines, oldest first. */
  get lines(): readonly string[] {
    return this.#rest === "" ? this.#lines : [...this.#lines, this.#rest];
  }

  /** Takes the next piece. */
  add(text: string): void {
    const parts = text.split("\n");
    parts[0] = this.#rest + parts[0];
    this.#rest = parts.pop()!.slice(0, MAX_LINE_LENGTH);
    this.#count += parts.length;
    for (const line of parts.slice(-MAX_LINES)) {
      this.#lines.push(line.replace(/\r$/, "").slice(0, MAX_LINE_LENGTH));
    }
    this.#lines.splice(0, this.#lines.length - MAX_LINES);
  }
}
