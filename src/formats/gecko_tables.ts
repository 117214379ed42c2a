/**
 * The tables of one thread in the Firefox Profiler's processed format. Each is
 * an object of columns and a length; rows are known by their index.
 */

import type { Frame } from "../events/frame_table.ts";

/** Names in the order in which they were first used. */
class Strings {
  readonly list: string[] = [];
  readonly #indexes = new Map<string, number>();

  indexOf(text: string): number {
    const known = this.#indexes.get(text);
    if (known !== undefined) return known;
    const index = this.list.push(text.toWellFormed()) - 1;
    this.#indexes.set(text, index);
    return index;
  }
}

/** Stacks, frames and functions of a thread. */
export class GeckoTables {
  readonly #strings = new Strings();
  readonly #stacks = { prefix: [] as (number | null)[], frame: [] as number[] };
  readonly #stackCategories: number[] = [];
  /** Rows by what they say. */
  readonly #frameRows = new Map<string, number>();
  readonly #frames: { frame: Frame; func: number; category: number }[] = [];
  readonly #funcRows = new Map<string, number>();
  readonly #funcs: { name: number; fileName: number | null }[] = [];

  /** Adds a stack. @param prefix the stack that calls the frame; null for none. @returns its index. */
  stack(
    prefix: number | null,
    frame: Frame,
    category: number,
  ): number {
    this.#stacks.prefix.push(prefix);
    this.#stacks.frame.push(this.#frameRow(frame, category));
    return this.#stackCategories.push(category) - 1;
  }

  /** @returns all tables, as the thread has them. */
  tables(): object {
    const frames = this.#frames;
    const funcs = this.#funcs;
    const stackCount = this.#stackCategories.length;
    return {
      stackTable: {
        length: stackCount,
        ...this.#stacks,
        category: this.#stackCategories,
        subcategory: zeros(stackCount),
      },
      frameTable: {
        length: frames.length,
        address: frames.map(() => -1),
        inlineDepth: zeros(frames.length),
        category: frames.map(({ category }) => category),
        subcategory: zeros(frames.length),
        func: frames.map(({ func }) => func),
        nativeSymbol: nulls(frames.length),
        innerWindowID: nulls(frames.length),
        implementation: nulls(frames.length),
        line: frames.map(({ frame }) => frame.line || null),
        column: frames.map(({ frame }) => frame.column || null),
      },
      funcTable: {
        length: funcs.length,
        name: funcs.map(({ name }) => name),
        isJS: funcs.map(() => false),
        relevantForJS: funcs.map(() => false),
        resource: funcs.map(() => -1),
        fileName: funcs.map(({ fileName }) => fileName),
        lineNumber: nulls(funcs.length),
        columnNumber: nulls(funcs.length),
      },
      resourceTable: { length: 0, lib: [], name: [], host: [], type: [] },
      nativeSymbols: {
        length: 0,
        libIndex: [],
        address: [],
        name: [],
        functionSize: [],
      },
      stringArray: this.#strings.list,
    };
  }

  #frameRow(frame: Frame, category: number): number {
    const func = this.#funcRow(frame);
    const key = `${func} ${frame.line} ${frame.column}`;
    const known = this.#frameRows.get(key);
    if (known !== undefined) return known;
    const row = this.#frames.push({ frame, func, category }) - 1;
    this.#frameRows.set(key, row);
    return row;
  }

  #funcRow({ scope, file }: Frame): number {
    const name = this.#strings.indexOf(scope);
    const fileName = file === "" ? null : this.#strings.indexOf(file);
    const key = `${name} ${fileName}`;
    const known = this.#funcRows.get(key);
    if (known !== undefined) return known;
    const row = this.#funcs.push({ name, fileName }) - 1;
    this.#funcRows.set(key, row);
    return row;
  }
}

function zeros(length: number): number[] {
  return Array.from({ length }, () => 0);
}

function nulls(length: number): null[] {
  return Array.from({ length }, () => null);
}
