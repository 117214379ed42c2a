/**
 * Frame ids of machine code, by the instruction that a frame stands at.
 *
 * | part of the frame | what it is                                           |
 * | ----------------- | ---------------------------------------------------- |
 * | file              | `native@<program counter>`, in hexadecimal           |
 * | scope             | the function, or `<file>+0x<address in it>` when nothing names it |
 * | line              | bytes from the start of the function, or 0           |
 *
 * A return address stands behind the call, which may be the function's last
 * instruction, so the one before it is looked up.
 */

import type { FrameTable } from "../events/frame_table.ts";
import { MAX_KNOWN_INSTRUCTIONS } from "../limits.ts";
import type { AddressSpace } from "./address_space.ts";
import { Role } from "./interleave.ts";
import { type Demangle, readableName } from "./readable_name.ts";

/** An instruction that is known. */
interface KnownInstruction {
  readonly id: number;
  readonly role: Role;
}

/** Loops have clones by the compiler: `.cold`, `.lto_priv.0`. 3.14 Python/ceval_macros.h has a function for each opcode. */
const LOOP = /^_PyEval_EvalFrameDefault(\.|$)/;
const LOOP_PART = /^_TAIL_CALL_/;

/** Gives frame ids to instructions of one process. */
export class MachineFrames {
  readonly #space: AddressSpace;
  readonly #frames: FrameTable;
  readonly #demangle: Demangle;
  readonly #calls = new Map<number, KnownInstruction>();
  readonly #leaves = new Map<number, KnownInstruction>();
  #epoch: number;

  constructor(space: AddressSpace, frames: FrameTable, demangle: Demangle) {
    this.#space = space;
    this.#frames = frames;
    this.#demangle = demangle;
    this.#epoch = frames.epoch;
  }

  /** Bounds memory, and forgets ids that have lost their meaning. Call it between samples only. */
  trim(): void {
    const known = this.#calls.size + this.#leaves.size;
    const isStale = this.#epoch !== this.#frames.epoch;
    if (isStale || known >= MAX_KNOWN_INSTRUCTIONS) this.forget();
  }

  /** Other code may be where it was. */
  forget(): void {
    this.#epoch = this.#frames.epoch;
    this.#calls.clear();
    this.#leaves.clear();
  }

  /** @param isReturn whether the address is one to return to. */
  find(address: number, isReturn: boolean): KnownInstruction {
    const known = isReturn ? this.#calls : this.#leaves;
    let instruction = known.get(address);
    if (instruction === undefined) {
      instruction = this.#learn(address, isReturn);
      known.set(address, instruction);
    }
    return instruction;
  }

  #learn(address: number, isReturn: boolean): KnownInstruction {
    const instruction = isReturn ? address - 1 : address;
    const image = this.#space.imageAt(instruction);
    const symbol = image?.symbolAt(instruction) ?? null;
    const module = image?.path ?? "";
    const linked = image?.linkedAddress(instruction) ?? instruction;
    const id = this.#frames.add({
      file: `native@${address.toString(16)}`,
      scope: symbol === null
        ? `${fileName(module)}+0x${linked.toString(16)}`
        : readableName(symbol.name, this.#demangle),
      line: symbol === null ? 0 : symbol.offset + address - instruction,
      endLine: 0,
      column: 0,
      endColumn: 0,
      machine: { kind: "native", module, address: linked },
    });
    return { id, role: symbol === null ? Role.other : roleOf(symbol.name) };
  }
}

function roleOf(name: string): Role {
  if (LOOP.test(name)) return Role.loop;
  return LOOP_PART.test(name) ? Role.loopPart : Role.other;
}

function fileName(path: string): string {
  return path === "" ? "<anonymous>" : path.slice(path.lastIndexOf("/") + 1);
}
