/**
 * Where a CPython keeps what its objects hold: dictionaries, attributes,
 * integers. Only names are looked up with it, never frames, so it stands apart
 * from `Layout`.
 *
 * All numbers are byte offsets from the start of the struct, unless the
 * comment says otherwise.
 */

/** Where an instance keeps its attributes. */
export type Attributes =
  /** In a dictionary, at the type's `tp_dictoffset` (3.8 to 3.10). */
  | "dictionary"
  /** Before the object: a pointer to values, or else one to a dictionary (3.11). */
  | "valuesPointer"
  /** Before the object: a pointer to a dictionary, or to values less one (3.12). */
  | "taggedPointer"
  /** Before the object: a pointer to a dictionary; where that is null, as values behind the object (3.13 on). */
  | "inline";

/** How a dictionary's keys say how large they are. */
export type KeysSize =
  /** `dk_size`, the number of indices (3.8 to 3.10). */
  | "count"
  /** `dk_log2_index_bytes`, the logarithm of the bytes of all indices (3.11 on). */
  | "logarithm";

/** One CPython's objects. */
export interface ObjectLayout {
  /** `PyDictObject`. */
  readonly dictionary: {
    readonly keys: number;
    /** Values that are kept apart from keys, which many dictionaries then share; or null. */
    readonly values: number;
  };
  /** `PyDictKeysObject`. */
  readonly keys: {
    readonly sizeIs: KeysSize;
    /** The field that `sizeIs` names: a `Py_ssize_t` or uint8. */
    readonly size: number;
    /** uint8 `dk_kind`; entries of kind 0 hold a hash as well. ABSENT where all do. */
    readonly kind: number;
    /** `Py_ssize_t`: entries that are or were used. */
    readonly entryCount: number;
    /** The indices; the entries follow. */
    readonly indices: number;
  };
  /** The first value of `PyDictValues`. */
  readonly firstValue: number;
  readonly attributesAre: Attributes;
  /** From an object to the pointer to its dictionary, where that is before the object. */
  readonly managedDictionary: number;
  /** `PyHeapTypeObject`. */
  readonly type: {
    /** `Py_ssize_t` `tp_basicsize`. */
    readonly basicSize: number;
    /** `unsigned long` `tp_flags`. */
    readonly flags: number;
    /** `Py_ssize_t` `tp_dictoffset`. */
    readonly dictionaryOffset: number;
    /** `ht_cached_keys`: the keys of instances that have values only. */
    readonly cachedKeys: number;
  };
  /** `PyModuleObject.md_dict`. */
  readonly moduleDictionary: number;
  /** `PyLongObject`. */
  readonly integer: {
    /** `Py_ssize_t` `ob_size` or `lv_tag`: the number of digits, shifted left by `sizeShift`. */
    readonly size: number;
    readonly sizeShift: number;
    /** The digits, the lowest first. */
    readonly digits: number;
    /** Bytes of a digit: 4 for 30 bits, 2 for 15. */
    readonly digitSize: 2 | 4;
  };
}
