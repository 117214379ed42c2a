/**
 * The objects of each CPython on 32-bit x86, by minor version.
 *
 * Measured with the headers of builds for i386, and proven on live processes.
 */

import { ABSENT } from "./layout.ts";
import type { ObjectLayout } from "./objects.ts";

/** 3.8 Objects/dict-common.h _dictkeysobject, Include/cpython/dictobject.h, longintrepr.h, Objects/moduleobject.c */
const v3_8: ObjectLayout = {
  dictionary: { keys: 20, values: 24 },
  keys: {
    sizeIs: "count",
    size: 4,
    kind: ABSENT,
    entryCount: 16,
    indices: 20,
  },
  firstValue: 0,
  attributesAre: "dictionary",
  managedDictionary: ABSENT,
  type: {
    basicSize: 16,
    flags: 84,
    dictionaryOffset: 144,
    cachedKeys: ABSENT,
  },
  moduleDictionary: 8,
  integer: { size: 8, sizeShift: 0, digits: 12, digitSize: 2 },
};

/** 3.11 Include/internal/pycore_dict.h _dictkeysobject, pycore_object.h _PyObject_ValuesPointer, Include/pyport.h PYLONG_BITS_IN_DIGIT */
const v3_11: ObjectLayout = {
  ...v3_8,
  keys: {
    sizeIs: "logarithm",
    size: 5,
    kind: 6,
    entryCount: 16,
    indices: 20,
  },
  attributesAre: "valuesPointer",
  managedDictionary: -12,
  type: { ...v3_8.type, cachedKeys: 436 },
  integer: { ...v3_8.integer, digitSize: 4 },
};

/** 3.12 Include/internal/pycore_object.h PyDictOrValues, Include/cpython/longintrepr.h _PyLongValue */
const v3_12: ObjectLayout = {
  ...v3_11,
  attributesAre: "taggedPointer",
  type: { ...v3_11.type, cachedKeys: 440 },
  integer: { ...v3_11.integer, sizeShift: 3 },
};

/** 3.13 Include/internal/pycore_dict.h _dictvalues, pycore_object.h _PyObject_InlineValues */
const v3_13: ObjectLayout = {
  ...v3_12,
  firstValue: 4,
  attributesAre: "inline",
};

/** 3.15 Include/cpython/object.h _heaptypeobject */
const v3_15: ObjectLayout = {
  ...v3_13,
  type: { ...v3_13.type, cachedKeys: 444 },
};

/** The tables by minor of CPython 3. */
export const I386_OBJECTS: ReadonlyMap<number, ObjectLayout> = new Map([
  [8, v3_8],
  [9, v3_8],
  [10, v3_8],
  [11, v3_11],
  [12, v3_12],
  [13, v3_13],
  [14, v3_13],
  [15, v3_15],
]);
