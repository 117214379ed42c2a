/**
 * Bytes of a terminal in raw mode become keys. ECMA-48 5.4, xterm's
 * "Control Sequences", PC-Style Function Keys
 */

/** A key: its name, or the character that it types. */
export type Key =
  | { readonly name: KeyName }
  | { readonly name: "character"; readonly character: string };

/** Keys that type nothing. */
export type KeyName =
  | "up"
  | "down"
  | "left"
  | "right"
  | "shiftUp"
  | "shiftDown"
  | "shiftLeft"
  | "shiftRight"
  | "pageUp"
  | "pageDown"
  | "home"
  | "end"
  | "enter"
  | "escape"
  | "backspace"
  | "tab"
  | "backTab"
  | "help"
  | "interrupt"
  | "suspend"
  | "redraw"
  | "erase";

/** Control characters that mean something. */
const CONTROLS: Readonly<Record<string, KeyName>> = {
  "\r": "enter",
  "\n": "enter",
  "\t": "tab",
  "\x7f": "backspace",
  "\b": "backspace",
  "\x03": "interrupt",
  "\x1a": "suspend",
  "\x0c": "redraw",
  "\x15": "erase",
};

/** What ends a control sequence, with its first parameter where that counts. */
const SEQUENCES: Readonly<Record<string, KeyName>> = {
  A: "up",
  B: "down",
  C: "right",
  D: "left",
  F: "end",
  H: "home",
  P: "help",
  Z: "backTab",
  "1~": "home",
  "4~": "end",
  "5~": "pageUp",
  "6~": "pageDown",
  "7~": "home",
  "8~": "end",
  "11~": "help",
  "3~": "backspace",
};

const SHIFTED: Readonly<Partial<Record<KeyName, KeyName>>> = {
  up: "shiftUp",
  down: "shiftDown",
  left: "shiftLeft",
  right: "shiftRight",
};

/** A whole control sequence, or one of those that older terminals send for a key. */
// deno-lint-ignore no-control-regex
const SEQUENCE = /^\x1b(?:\[([0-9;:<=>?]*)[ -/]*([@-~])|O([ -~]))/;

/** The beginning of one. */
// deno-lint-ignore no-control-regex
const BEGINNING = /^\x1b(?:\[[0-9;:<=>?]*[ -/]*|O)?$/;

/** No sequence of a key is longer; what is, is none. */
const MAX_SEQUENCE_LENGTH = 64;

/** Turns what arrives, in pieces, into keys. */
export class KeyReader {
  readonly #decoder = new TextDecoder();
  #rest = "";

  /** Whether what came last may be the beginning of a sequence, or the Escape key. */
  get isWaiting(): boolean {
    return this.#rest !== "";
  }

  /** @returns the keys that are complete. */
  read(bytes: Uint8Array): Key[] {
    this.#rest += this.#decoder.decode(bytes, { stream: true });
    const keys: Key[] = [];
    while (this.#rest !== "") {
      const isBeginning = BEGINNING.test(this.#rest) &&
        this.#rest.length < MAX_SEQUENCE_LENGTH;
      if (isBeginning) break;
      const key = this.#take();
      if (key !== null) keys.push(key);
    }
    return keys;
  }

  /** Nothing more came for a while. @returns the keys that were typed then. */
  flush(): Key[] {
    const wasWaiting = this.isWaiting;
    this.#rest = "";
    return wasWaiting ? [{ name: "escape" }] : [];
  }

  /** Takes the first key from the text. @returns null when it is none that we know. */
  #take(): Key | null {
    const sequence = SEQUENCE.exec(this.#rest);
    if (sequence !== null) {
      this.#rest = this.#rest.slice(sequence[0].length);
      return keyOf(sequence);
    }
    const [character = ""] = this.#rest;
    this.#rest = this.#rest.slice(character.length);
    if (character === "\x1b") return { name: "escape" };
    const control = CONTROLS[character];
    if (control !== undefined) return { name: control };
    return character < " " ? null : { name: "character", character };
  }
}

function keyOf(
  [, parameters = "", final, single]: RegExpExecArray,
): Key | null {
  const [first = "", modifier = ""] = parameters.split(";");
  const name = SEQUENCES[final === "~" ? `${first}~` : final ?? single ?? ""];
  if (name === undefined) return null;
  const shifted = modifier === "2" ? SHIFTED[name] : undefined;
  return { name: shifted ?? name };
}
