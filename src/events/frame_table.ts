/**
 * Frames as small integers.
 *
 * A sample is a list of frame ids; this table says what each id stands for.
 * Producers intern, sinks look up once and keep bytes of their own by id. Ids
 * count up from 0. Now and then the producer forgets them all, so that memory
 * stays bounded; `epoch` then changes, and sinks must drop what they kept.
 */

/** Where a frame is: what one id stands for. */
export interface Frame {
  /** `co_filename`, as the target has it. */
  readonly file: string;
  /** Qualified name from 3.11 on, else the bare name. */
  readonly scope: string;
  /** Line, from 1; 0 when the instruction belongs to none. */
  readonly line: number;
  /** Last line of the expression; 0 where unknown. */
  readonly endLine: number;
  /** First column, from 1; 0 where unknown. */
  readonly column: number;
  /** Column after the last one, from 1; 0 where unknown. */
  readonly endColumn: number;
  /** Set in frames of machine code; Python's have none. */
  readonly machine?: MachineCode;
}

/** What a frame of machine code is; its `file` is `native@` and the program counter, or `kernel`, its `line` the offset in the function. */
export type MachineCode =
  | { readonly kind: "kernel" }
  | {
    readonly kind: "native";
    /** File that the code was mapped from; empty when it is from none. */
    readonly module: string;
    /** The address that the file's linker gave the instruction, or the one that calls. */
    readonly address: number;
  };

/** Interned frames by id. */
export class FrameTable {
  #frames: Frame[] = [];
  #epoch = 0;

  /** Changes whenever ids lose their meaning. */
  get epoch(): number {
    return this.#epoch;
  }

  /** Number of ids given out; all of them are below it. */
  get size(): number {
    return this.#frames.length;
  }

  /** Gives a frame the next id. It does not look for an equal one; producers know their own. */
  add(frame: Frame): number {
    return this.#frames.push(frame) - 1;
  }

  /** @param id one that `add` returned since the last `clear`. */
  get(id: number): Frame {
    const frame = this.#frames[id];
    if (frame === undefined) throw new Error(`No frame has the id ${id}`);
    return frame;
  }

  /** Forgets every id. */
  clear(): void {
    this.#frames = [];
    this.#epoch++;
  }
}
