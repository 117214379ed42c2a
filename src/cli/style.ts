/**
 * What goes to a terminal: colours where they are wanted, nothing harmful ever.
 */

// deno-lint-ignore no-control-regex
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** Text in the ways that a message may stress it. */
export interface Style {
  bold(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  blue(text: string): string;
  magenta(text: string): string;
  cyan(text: string): string;
  grey(text: string): string;
  silver(text: string): string;
  ice(text: string): string;
}

/** Select Graphic Rendition parameters. ECMA-48 8.3.117 */
function sgr(parameters: string): (text: string) => string {
  return (text) => `\x1b[${parameters}m${text}\x1b[0m`;
}

const coloured: Style = {
  bold: sgr("1"),
  red: sgr("31;1"),
  green: sgr("32;1"),
  yellow: sgr("33;1"),
  blue: sgr("34;1"),
  magenta: sgr("35;1"),
  cyan: sgr("36;1"),
  grey: sgr("38;5;246"),
  silver: sgr("38;5;248;1"),
  ice: sgr("38;5;159"),
};

const asItIs = (text: string) => text;
const plain: Style = {
  bold: asItIs,
  red: asItIs,
  green: asItIs,
  yellow: asItIs,
  blue: asItIs,
  magenta: asItIs,
  cyan: asItIs,
  grey: asItIs,
  silver: asItIs,
  ice: asItIs,
};

/** @returns colours for a terminal, unless `NO_COLOR` or a dumb terminal forbids them. */
export function styleFor(stream: { isTerminal(): boolean }): Style {
  const isDumb = Deno.env.get("TERM") === "dumb";
  const isRefused = (Deno.env.get("NO_COLOR") ?? "") !== "";
  return stream.isTerminal() && !isDumb && !isRefused ? coloured : plain;
}

/** @returns the text without control characters, tabs and line feeds excepted. */
export function printable(text: string): string {
  return text.replace(CONTROL, "\ufffd");
}

/** Writes to standard error; that it may be closed is no reason to end. */
export function say(text: string): void {
  const bytes = new TextEncoder().encode(text);
  try {
    for (let at = 0; at < bytes.length;) {
      at += Deno.stderr.writeSync(bytes.subarray(at));
    }
  } catch {
    // No one is there to be told.
  }
}
