/**
 * What one CPython's structs look like: the data that makes a version.
 *
 * There is one table for each minor of 3.8 to 3.12 beside this file; from 3.13
 * on `debug_offsets.ts` fills the same shape from what the target says of
 * itself. Walkers read it once, on attach, and never ask for a version.
 * All numbers are byte offsets from the start of the struct, unless the
 * comment says otherwise. `ABSENT` stands where a version has no such field.
 * Pointers have `pointerSize` bytes, and so have numbers of no size given.
 */

import type { PointerSize } from "../../binary/abi.ts";
import type { BytecodeRules } from "./bytecode.ts";

/** A field that this version does not have. */
export const ABSENT = -1;

/** How `thread.top` leads to the innermost frame. */
export type FrameChain =
  /** It points to a `PyFrameObject` on the heap (3.8 to 3.10). */
  | "objects"
  /** It points to a `_PyCFrame`, whose `current_frame` is it (3.11, 3.12). */
  | "cframe"
  /** It points to a `_PyInterpreterFrame` (3.13 on). */
  | "interpreter";

/** What a frame's instruction field holds. */
export type InstructionKind =
  /** Index into the bytecode, in bytes (3.8, 3.9). */
  | "byteIndex"
  /** Index into the bytecode, in code units of two bytes (3.10). */
  | "unitIndex"
  /** Address of a code unit (3.11 on). */
  | "address";

/** Format of a code object's line table; see `line_table.ts`. */
export type LineTableKind = "lnotab" | "ranges" | "locations";

/** Masks of `PyASCIIObject.state`. */
export interface StringState {
  readonly kindMask: number;
  readonly kindShift: number;
  readonly compact: number;
  readonly ascii: number;
}

/** How frames of the data stack tell whether they are alive; see `../liveness.ts`. */
export interface LivenessRules {
  /** int32 depth of the evaluation stack, -1 while the frame runs; ABSENT where `stackPointer` takes its place. */
  readonly stackTop: number;
  /** Address of the evaluation stack's top, as it was when the frame last waited (3.14 on). */
  readonly stackPointer: number;
  /** First local variable; the evaluation stack is behind them. */
  readonly locals: number;
  /** The function that the frame runs, possibly with tag bits. */
  readonly functionObject: number;
  /** The frame of a generator object that is resumed without C in between, which is then on top of the evaluation stack; ABSENT where none is. */
  readonly generatorFrame: number;
  /** uint8 that is set in a frame that C called; ABSENT where a frame of another owner is put in between. */
  readonly isEntry: number;
  /** int32 number of locals in the code object: the depth of an evaluation stack with nothing on it. */
  readonly codeLocals: number;
  /** int32 fields of the code object that add up to a frame's size in words. */
  readonly codeFrameWords: readonly number[];
  /** Words of a frame that are not in those. */
  readonly extraFrameWords: number;
  /** Opcodes at which no frame waits for a callee: it ends there, or was left there. */
  readonly endOpcodes: readonly number[];
  /** FOR_ITER and SEND with their specialized forms: a frame goes on with a generator there without C in between. */
  readonly resumeOpcodes: readonly number[];
  /** Bytes from that instruction to where the frame may stand meanwhile. */
  readonly resumeSteps: readonly number[];
  /** RETURN_GENERATOR: the function's frame was copied into the generator. */
  readonly generatorOpcode: number;
  /** Bytes from that instruction to where what is left of the function's frame stands. */
  readonly generatorStep: number;
  /** Where a frame stands that has not begun. */
  readonly begins: "before the first instruction" | "at the first instruction";
}

/** What frames on the heap tell of themselves and of whom they call; see `../heap_frames.ts`. */
export interface HeapFrameRules {
  /** uint8 that is `isExecuting` while the frame runs or waits for a callee. */
  readonly state: number;
  readonly isExecuting: number;
  /** The evaluation stack's first slot, as an address. */
  readonly valueStack: number;
  /** The code object's bytecode: a bytes object. */
  readonly codeBytes: number;
  /** A function's code object. */
  readonly functionCode: number;
  /** A bound method's function. */
  readonly methodFunction: number;
  /** A generator's frame. */
  readonly generatorFrame: number;
  /** A generator's code object. */
  readonly generatorCode: number;
  readonly bytecode: BytecodeRules;
}

/** One CPython's structs. */
export interface Layout {
  /** Bytes of a pointer, a `size_t` and a word of the data stack. */
  readonly pointerSize: PointerSize;
  /** `_PyRuntimeState`. */
  readonly runtime: {
    /** First of the linked interpreters, the newest. */
    readonly interpretersHead: number;
  };
  /** `PyInterpreterState`. */
  readonly interpreter: {
    readonly next: number;
    /** int64. */
    readonly id: number;
    /** First of the linked thread states, the newest. */
    readonly threadsHead: number;
    /** uint64 that changes whenever a code object is freed (3.14 on). */
    readonly codeObjectGeneration: number;
    /** `sys.modules`. */
    readonly modules: number;
  };
  /** `PyThreadState`. */
  readonly thread: {
    readonly next: number;
    readonly interpreter: number;
    /** Leads to the innermost frame, as `framesAre` says. */
    readonly top: number;
    /** `pthread_self()`, or what stands for it. */
    readonly threadId: number;
    /** The kernel's thread id (3.11 on; on Windows always). */
    readonly nativeThreadId: number;
    /** Bytes of these two, which are of type `unsigned long`. */
    readonly idSize: 4 | 8;
    /** uint64 that no other thread of the interpreter has had, where there is no native id (3.8 to 3.10). */
    readonly uniqueId: number;
    /** Newest `_PyStackChunk` (3.11 on). `datastack_top` follows it directly. */
    readonly dataStackChunk: number;
    /** Bytes from the start that hold all of the above. */
    readonly size: number;
  };
  /** The global interpreter lock. */
  readonly gil: {
    /** Where an interpreter keeps the lock's address; ABSENT where the one lock is part of the runtime. */
    readonly pointer: number;
    /** The thread state that took it last, from the start of the lock, or of the runtime. */
    readonly lastHolder: number;
  };
  /** Garbage collection. */
  readonly gc: {
    /** int32 that is not 0 while collecting, from the start of the interpreter state, or of the runtime. */
    readonly collecting: number;
    /** Whether that is part of the runtime (3.8). */
    readonly isInRuntime: boolean;
  };
  readonly framesAre: FrameChain;
  /** `_PyCFrame.current_frame`, where frames are reached through it. */
  readonly cframeCurrentFrame: number;
  /** `PyFrameObject` (3.8 to 3.10) or `_PyInterpreterFrame`. */
  readonly frame: {
    /** The code object, possibly with tag bits, or what stands in its place. */
    readonly code: number;
    /** The caller's frame. */
    readonly previous: number;
    readonly instruction: number;
    /** uint8 `_frameowner` (3.11 on). */
    readonly owner: number;
    /** Bytes from the start that hold all of the above. */
    readonly size: number;
  };
  /** Frames whose owner is this or above run no Python code: shims between C and Python (3.12 on). */
  readonly firstForeignOwner: number;
  /** Null where we know of none; then the announced top frame is believed. */
  readonly liveness: LivenessRules | null;
  /** Null where frames are not objects. */
  readonly heapFrames: HeapFrameRules | null;
  /** `PyCodeObject`. */
  readonly code: {
    readonly filename: number;
    readonly name: number;
    /** The dotted name from 3.11 on; before, the same as `name`. */
    readonly qualifiedName: number;
    /** int32. */
    readonly firstLine: number;
    /** A bytes object. */
    readonly lineTable: number;
    /** uint32 that no other code object of the interpreter has had (3.12 on). */
    readonly version: number;
    /** First code unit, where instructions are addresses. */
    readonly instructions: number;
    /** Per-thread copies of the bytecode (free-threaded 3.14 on). */
    readonly threadLocalBytecode: number;
    /** Bytes from the start that hold all of the above. */
    readonly size: number;
  };
  readonly instructionIs: InstructionKind;
  readonly lineTableIs: LineTableKind;
  readonly object: {
    readonly type: number;
    /** `PyTypeObject.tp_name`. */
    readonly typeName: number;
  };
  readonly string: {
    /** Code points. */
    readonly length: number;
    readonly state: number;
    readonly stateBits: StringState;
    /** First byte of a compact ASCII string: `sizeof(PyASCIIObject)`. */
    readonly asciiBytes: number;
    /** First byte of another compact string: `sizeof(PyCompactUnicodeObject)`. */
    readonly compactBytes: number;
    /** Pointer to the first byte of a string that is not compact. */
    readonly anyPointer: number;
  };
  readonly bytes: {
    readonly size: number;
    readonly first: number;
  };
}

/** String state of every version but the free-threaded 3.14 and later. 3.8 Include/cpython/unicodeobject.h PyASCIIObject.state */
export const STRING_STATE: StringState = {
  kindMask: 0x1c,
  kindShift: 2,
  compact: 0x20,
  ascii: 0x40,
};

/** String state of free-threaded builds from 3.14 on. 3.14 Include/cpython/unicodeobject.h _PyUnicodeObject_state */
export const FREE_THREADED_STRING_STATE: StringState = {
  kindMask: 0x700,
  kindShift: 8,
  compact: 0x800,
  ascii: 0x1000,
};
