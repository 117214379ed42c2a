// Hot path: `idOf` is called for each frame of a profile.
/** The frames of a text profile, by how they are written. */

import type { Frame } from "../events/frame_table.ts";
import { copyText } from "./copy_text.ts";
import type { FrameIndex } from "./frame_index.ts";

/** `<file>:<scope>:<line>`; a scope of Python has no colon, a file may. */
const FRAME = /^(.*):([^:]*):(\d+)$/s;

/** austinp's native frames; a scope of C++ has colons, the file has none. */
const NATIVE_FRAME = /^(native@[^:]*):(.*):(\d+)$/s;

/** What a text that is not in the table turned out to be. */
export const NOT_A_FRAME = -1;
export const TOO_MANY_FRAMES = -2;

/** Ids of frames by their text. */
export class FrameTexts {
  readonly #index: FrameIndex;
  readonly #ids = new Map<string, number>();

  constructor(index: FrameIndex) {
    this.#index = index;
  }

  /** @returns the frame's id, or why it has none. */
  idOf(text: string): number {
    return this.#ids.get(text) ?? this.#add(copyText(text));
  }

  /** As `FrameIndex.kernelLeaves`. */
  kernelLeaves(roots: readonly number[]): number {
    return this.#index.kernelLeaves(roots);
  }

  #add(text: string): number {
    const frame = parseFrame(text);
    if (frame === null) return NOT_A_FRAME;
    const id = this.#index.idOf(frame);
    if (id < 0) return TOO_MANY_FRAMES;
    this.#ids.set(text, id);
    return id;
  }
}

function parseFrame(text: string): Frame | null {
  const parts = NATIVE_FRAME.exec(text) ?? FRAME.exec(text);
  if (parts === null) return null;
  const [, file = "", scope = "", line = ""] = parts;
  const unknown = { endLine: 0, column: 0, endColumn: 0 };
  return { file, scope, line: Number(line), ...unknown };
}
