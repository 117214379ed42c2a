/**
 * Where threads are, for programs: one JSON document.
 *
 * ```
 * {
 *   "austin": "5.0.0",
 *   "processes": [{
 *     "pid": 42,
 *     "child": false,             // a descendant of the process asked for
 *     "python": "3.12.1",
 *     "complete": true,           // whether all its threads are here
 *     "threads": [{
 *       "tid": 43,
 *       "iid": 0,                 // interpreter; 0 is the main one
 *       "name": "MainThread",     // null when it has none
 *       "idle": true,             // off the CPU
 *       "gc": false,              // its interpreter collects garbage
 *       "complete": true,         // whether all its frames are here
 *       "frames": [{              // from the root to the leaf
 *         "file": "a.py",
 *         "scope": "Spam.eggs",
 *         "line": 3,              // this and the rest count from 1,
 *         "end_line": 3,          // and are null where unknown
 *         "column": 5,
 *         "end_column": 11,       // the one after the last
 *         "kind": "python"        // or native, or kernel
 *       }]
 *     }]
 *   }]
 * }
 * ```
 *
 * A native frame has the line of its source where that is known. It also has
 * `module`, the file of the code or an empty string, and `address`, a number
 * that the file's linker gave the instruction, as 0x and hexadecimal digits.
 *
 * Fields may be added; those that are there stay. The order of processes and
 * threads is that of the text. The document ends with a line feed.
 */

import type { Frame } from "../events/frame_table.ts";
import type { ProcessStacks, ThreadStack } from "../events/stacks.ts";

/** What JSON leaves as it is, though a terminal may obey it. */
const CONTROL = /[\u007f-\u009f]/g;

/** @param version of austin. @returns the document. */
export function whereJson(
  processes: readonly ProcessStacks[],
  version: string,
): string {
  const document = { austin: version, processes: processes.map(processObject) };
  return JSON.stringify(document, null, 2).replace(
    CONTROL,
    (character) => `\\u00${character.charCodeAt(0).toString(16)}`,
  ) + "\n";
}

function processObject(process: ProcessStacks): object {
  return {
    pid: process.pid,
    child: process.isChild,
    python: process.python,
    complete: !process.lacksThreads,
    threads: process.threads.map(threadObject),
  };
}

function threadObject(thread: ThreadStack): object {
  return {
    tid: thread.tid,
    iid: thread.iid,
    name: thread.name,
    idle: thread.isIdle,
    gc: thread.isCollecting,
    complete: !thread.isInvalid,
    frames: thread.frames.map(frameObject),
  };
}

function frameObject(frame: Frame): object {
  return {
    file: frame.file,
    scope: frame.scope,
    line: frame.line || null,
    end_line: frame.endLine || null,
    column: frame.column || null,
    end_column: frame.endColumn || null,
    kind: frame.machine?.kind ?? "python",
    ...frame.machine?.kind === "native"
      ? {
        module: frame.machine.module,
        address: `0x${frame.machine.address.toString(16)}`,
      }
      : {},
  };
}
