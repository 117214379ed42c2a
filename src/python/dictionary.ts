/**
 * Reads dictionaries of the target, and the attributes of its objects.
 *
 * The target runs on meanwhile, so what is read may be torn: it is bounded,
 * and whatever does not fit together is as if it were not there. For looks
 * that are taken once; a sample has no time for it.
 * 3.12 Objects/dictobject.c, Include/internal/pycore_dict.h
 */

import { MAX_DICTIONARY_ENTRIES, MAX_INTEGER_SIZE } from "../limits.ts";
import type { RemoteMemory } from "../memory/remote_memory.ts";
import { StructReader } from "../memory/struct_reader.ts";
import { ABSENT, type Layout } from "./layouts/layout.ts";
import type { ObjectLayout } from "./layouts/objects.ts";
import { readString } from "./string.ts";

/** Addresses of an entry's key and value. */
export interface Entry {
  readonly key: number;
  readonly value: number;
}

/** Words of an entry: hash, key and value, or without the hash. 3.11 Include/internal/pycore_dict.h PyDictKeyEntry, PyDictUnicodeEntry */
const ENTRY_WORDS = 3;
const ENTRY_WORDS_WITHOUT_HASH = 2;

/** Logarithm of more bytes than the indices of any dictionary have. */
const MAX_LOG_INDEX_SIZE = 32;

/** `tp_flags` of types whose instances keep attributes as `attributesAre` says. 3.11 Include/object.h Py_TPFLAGS_MANAGED_DICT */
const MANAGED_DICTIONARY = 1 << 4;

/** 3.13 Include/object.h Py_TPFLAGS_INLINE_VALUES */
const INLINE_VALUES = 1 << 2;

/** 3.13 Include/internal/pycore_dict.h _dictvalues.valid */
const VALUES_VALID = 3;

/** Keys, and the values that are kept apart from them; 0 where they are beside them. */
interface Table {
  readonly keys: number;
  readonly values: number;
}

/** Reads dictionaries and attributes of one process. */
export class DictionaryReader {
  readonly #layout: Layout;
  readonly #objects: ObjectLayout;
  readonly #reader: StructReader;
  /** Bytes of a pointer. */
  readonly #word: number;

  constructor(memory: RemoteMemory, layout: Layout, objects: ObjectLayout) {
    this.#layout = layout;
    this.#objects = objects;
    this.#word = layout.pointerSize;
    this.#reader = new StructReader(memory, layout.pointerSize);
  }

  /** @param address of a `dict`. @returns its entries in order; none when it cannot be read. */
  entries(address: number): Entry[] {
    const table = this.#table(address);
    return table === null ? [] : this.#entriesOf(table);
  }

  /** @param address of a `dict`. @returns address of what it has under a name; 0 when there is nothing. */
  item(address: number, name: string): number {
    const table = this.#table(address);
    return table === null ? 0 : this.#find(table, name);
  }

  /** @param address of an object. @returns address of its attribute of that name, its class's aside; 0 when it has none. */
  attribute(address: number, name: string): number {
    const table = this.#attributes(address);
    return table === null ? 0 : this.#find(table, name);
  }

  /** @param address of a module. @returns address of the module's variable; 0 when it has none. */
  variable(address: number, name: string): number {
    const { moduleDictionary } = this.#objects;
    return this.item(this.#reader.pointerAt(address + moduleDictionary), name);
  }

  /** @param address of a `str`. */
  text(address: number): string | null {
    return readString(this.#reader, this.#layout, address);
  }

  /** @param address of an `int` from 0 to 2^53. @returns null for others, and where there is none. */
  integer(address: number): number | null {
    const { size, sizeShift, digits, digitSize } = this.#objects.integer;
    const reader = this.#reader;
    if (!reader.loadAll(address, digits + MAX_INTEGER_SIZE)) return null;
    const count = Math.floor(reader.pointer(size) / 2 ** sizeShift);
    if (count * digitSize > MAX_INTEGER_SIZE) return null;
    let value = 0;
    for (let i = count - 1; i >= 0; i--) {
      value = digitSize === 4
        ? value * 2 ** 30 + reader.u32(digits + 4 * i)
        : value * 2 ** 15 + reader.u16(digits + 2 * i);
    }
    return Number.isSafeInteger(value) ? value : null;
  }

  #find(table: Table, name: string): number {
    const entry = this.#entriesOf(table).find(({ key }) =>
      this.text(key) === name
    );
    return entry?.value ?? 0;
  }

  #table(dictionary: number): Table | null {
    const { keys, values } = this.#objects.dictionary;
    const reader = this.#reader;
    if (dictionary === 0 || !reader.loadAll(dictionary, values + this.#word)) {
      return null;
    }
    return { keys: reader.pointer(keys), values: reader.pointer(values) };
  }

  #entriesOf({ keys, values }: Table): Entry[] {
    const { indices } = this.#objects.keys;
    const reader = this.#reader;
    if (!reader.loadAll(keys, indices)) return [];
    const count = reader.pointer(this.#objects.keys.entryCount);
    const indexSize = this.#indexSize();
    const entrySize = this.#entrySize();
    if (count > MAX_DICTIONARY_ENTRIES || indexSize === null) return [];
    if (!reader.loadAll(keys + indices + indexSize, count * entrySize)) {
      return [];
    }
    const entries: { key: number; value: number }[] = [];
    for (let end = entrySize; end <= count * entrySize; end += entrySize) {
      const key = reader.pointer(end - 2 * this.#word);
      entries.push({ key, value: reader.pointer(end - this.#word) });
    }
    if (values !== 0) this.#takeValues(entries, values);
    // What was deleted leaves a hole.
    return entries.filter(({ key, value }) => key !== 0 && value !== 0);
  }

  #takeValues(
    entries: readonly { value: number }[],
    values: number,
  ): void {
    const reader = this.#reader;
    const first = values + this.#objects.firstValue;
    const isRead = reader.loadAll(first, entries.length * this.#word);
    entries.forEach((entry, i) => {
      entry.value = isRead ? reader.pointer(i * this.#word) : 0;
    });
  }

  /** @returns bytes of the indices of the keys that were loaded; null when they cannot be so many. */
  #indexSize(): number | null {
    const { sizeIs, size } = this.#objects.keys;
    if (sizeIs === "logarithm") {
      const logarithm = this.#reader.u8(size);
      return logarithm > MAX_LOG_INDEX_SIZE ? null : 2 ** logarithm;
    }
    const count = this.#reader.pointer(size);
    if (count > 2 ** MAX_LOG_INDEX_SIZE) return null;
    return count * (count <= 0xff ? 1 : count <= 0xffff ? 2 : 4);
  }

  #entrySize(): number {
    const { kind } = this.#objects.keys;
    const hasHash = kind === ABSENT || this.#reader.u8(kind) === 0;
    return this.#word * (hasHash ? ENTRY_WORDS : ENTRY_WORDS_WITHOUT_HASH);
  }

  /** @returns where an object's attributes are, or null. */
  #attributes(object: number): Table | null {
    const { flags, dictionaryOffset } = this.#objects.type;
    const reader = this.#reader;
    const type = reader.pointerAt(object + this.#layout.object.type);
    const size = Math.max(flags, dictionaryOffset) + this.#word;
    if (type === 0 || !reader.loadAll(type, size)) return null;
    const typeFlags = reader.u32(flags);
    const isManaged = (typeFlags & MANAGED_DICTIONARY) !== 0;
    if (isManaged && this.#objects.attributesAre !== "dictionary") {
      return this.#managed(object, type, (typeFlags & INLINE_VALUES) !== 0);
    }
    const offset = reader.signedSize(dictionaryOffset);
    // A negative one counts from the end of objects of different sizes, such as tuples.
    if (offset <= 0) return null;
    return this.#table(reader.pointerAt(object + offset));
  }

  #managed(object: number, type: number, isInline: boolean): Table | null {
    const { attributesAre, managedDictionary } = this.#objects;
    const reader = this.#reader;
    const pointer = reader.pointerAt(object + managedDictionary);
    if (attributesAre === "valuesPointer") {
      // The pointer to the values is before the one to the dictionary.
      const values = reader.pointerAt(object + managedDictionary - this.#word);
      return values === 0 ? this.#table(pointer) : this.#valuesOf(type, values);
    }
    if (attributesAre === "taggedPointer" && pointer % 2 === 1) {
      return this.#valuesOf(type, pointer + 1);
    }
    if (pointer !== 0 || !isInline) return this.#table(pointer);
    return this.#inlineValues(object, type);
  }

  #inlineValues(object: number, type: number): Table | null {
    const reader = this.#reader;
    const size = reader.pointerAt(type + this.#objects.type.basicSize);
    const values = object + size;
    if (!reader.loadAll(values, this.#word) || reader.u8(VALUES_VALID) === 0) {
      return null;
    }
    return this.#valuesOf(type, values);
  }

  #valuesOf(type: number, values: number): Table | null {
    const keys = this.#reader.pointerAt(type + this.#objects.type.cachedKeys);
    return keys === 0 ? null : { keys, values };
  }
}
