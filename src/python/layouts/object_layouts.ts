/**
 * The objects of each CPython, by minor version.
 *
 * Free-threaded builds have 16 bytes more in every object's head. Those rows
 * are computed from the headers; the others are proven on live processes.
 */

import type { PointerSize } from "../../binary/abi.ts";
import { I386_OBJECTS } from "./i386_objects.ts";
import { ABSENT } from "./layout.ts";
import type { ObjectLayout } from "./objects.ts";

/** 3.8 Objects/dict-common.h _dictkeysobject, Include/cpython/dictobject.h, longintrepr.h, Objects/moduleobject.c */
const v3_8: ObjectLayout = {
  dictionary: { keys: 32, values: 40 },
  keys: {
    sizeIs: "count",
    size: 8,
    kind: ABSENT,
    entryCount: 32,
    indices: 40,
  },
  firstValue: 0,
  attributesAre: "dictionary",
  managedDictionary: ABSENT,
  type: {
    basicSize: 32,
    flags: 168,
    dictionaryOffset: 288,
    cachedKeys: ABSENT,
  },
  moduleDictionary: 16,
  integer: { size: 16, sizeShift: 0, digits: 24, digitSize: 4 },
};

/** 3.11 Include/internal/pycore_dict.h _dictkeysobject, pycore_object.h _PyObject_ValuesPointer */
const v3_11: ObjectLayout = {
  ...v3_8,
  keys: {
    sizeIs: "logarithm",
    size: 9,
    kind: 10,
    entryCount: 24,
    indices: 32,
  },
  attributesAre: "valuesPointer",
  managedDictionary: -24,
  type: { ...v3_8.type, cachedKeys: 872 },
};

/** 3.12 Include/internal/pycore_object.h PyDictOrValues, Include/cpython/longintrepr.h _PyLongValue */
const v3_12: ObjectLayout = {
  ...v3_11,
  attributesAre: "taggedPointer",
  type: { ...v3_11.type, cachedKeys: 880 },
  integer: { ...v3_11.integer, sizeShift: 3 },
};

/** 3.13 Include/internal/pycore_dict.h _dictvalues, pycore_object.h _PyObject_InlineValues */
const v3_13: ObjectLayout = {
  ...v3_12,
  firstValue: 8,
  attributesAre: "inline",
};

/** 3.15 Include/cpython/object.h _heaptypeobject */
const v3_15: ObjectLayout = {
  ...v3_13,
  type: { ...v3_13.type, cachedKeys: 888 },
};

const LAYOUTS: ReadonlyMap<number, ObjectLayout> = new Map([
  [8, v3_8],
  [9, v3_8],
  [10, v3_8],
  [11, v3_11],
  [12, v3_12],
  [13, v3_13],
  [14, v3_13],
  [15, v3_15],
]);

/** Bytes that the head of an object has more in a free-threaded build. 3.13 Include/object.h _object */
const FREE_THREADED_HEAD = 16;

/** @param minor of CPython 3. @returns null where there is no table. */
export function objectLayoutFor(
  minor: number,
  isFreeThreaded: boolean,
  pointerSize: PointerSize = 8,
): ObjectLayout | null {
  if (pointerSize === 4) return I386_OBJECTS.get(minor) ?? null;
  const layout = LAYOUTS.get(minor) ?? null;
  return layout !== null && isFreeThreaded ? freeThreaded(layout) : layout;
}

function freeThreaded(layout: ObjectLayout): ObjectLayout {
  const { dictionary, type, integer } = layout;
  const longer = (offset: number) => offset + FREE_THREADED_HEAD;
  return {
    ...layout,
    dictionary: {
      keys: longer(dictionary.keys),
      values: longer(dictionary.values),
    },
    managedDictionary: -8,
    type: {
      basicSize: longer(type.basicSize),
      flags: longer(type.flags),
      dictionaryOffset: longer(type.dictionaryOffset),
      cachedKeys: longer(type.cachedKeys),
    },
    moduleDictionary: longer(layout.moduleDictionary),
    integer: {
      ...integer,
      size: longer(integer.size),
      digits: longer(integer.digits),
    },
  };
}
