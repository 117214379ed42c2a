/** The registers of one frame, as far as they are known. */

import { type Architecture, REGISTER_COUNT } from "./architecture.ts";

/** Values by DWARF number; exact below 2^53, as addresses are. */
export class Registers {
  readonly #values = new Float64Array(REGISTER_COUNT);
  readonly #known = new Uint8Array(REGISTER_COUNT);

  /** @returns null when it is not known. */
  get(number: number): number | null {
    return this.#known[number] === 1 ? this.#values[number]! : null;
  }

  set(number: number, value: number | null): void {
    this.#known[number] = value === null ? 0 : 1;
    if (value !== null) this.#values[number] = value;
  }

  /** @param words two for each register, as in `halter.ts`. */
  setAll({ highMask }: Architecture, words: Uint32Array): void {
    for (let i = 0; i < REGISTER_COUNT; i++) {
      const high = words[2 * i + 1]! & highMask;
      this.#values[i] = high * 4294967296 + words[2 * i]!;
    }
    this.#known.fill(1);
  }

  copyFrom(other: Registers): void {
    this.#values.set(other.#values);
    this.#known.set(other.#known);
  }

  /** What is known of a thread that sleeps. */
  setAsleep(
    { stackPointer, programCounter }: Architecture,
    sp: number,
    pc: number,
  ): void {
    this.#known.fill(0);
    this.set(stackPointer, sp);
    this.set(programCounter, pc);
  }
}
