/**
 * The names that a program gives to its threads.
 *
 * `threading` keeps its threads in `_active`, a dictionary from what
 * `pthread_self()` gives to objects whose `_name` it is. They are found as the
 * program itself would: `sys.modules`, the module, its variable. A program
 * that has not loaded `threading`, or that replaced `_active`, has no names,
 * and neither have threads that `threading` did not start and does not know.
 * For looks that are taken once: it costs a read for each module.
 * 3.12 Lib/threading.py
 */

import { MAX_THREADS } from "../limits.ts";
import type { RemoteMemory } from "../memory/remote_memory.ts";
import { StructReader } from "../memory/struct_reader.ts";
import { DictionaryReader } from "./dictionary.ts";
import { InterpreterList } from "./interpreter.ts";
import { ABSENT, type Layout } from "./layouts/layout.ts";
import { objectLayoutFor } from "./layouts/object_layouts.ts";
import type { ObjectLayout } from "./layouts/objects.ts";
import type { Runtime } from "./runtime_check.ts";
import { ThreadIdFinder, type ThreadIdSet } from "./thread_id.ts";

/** Names of the threads of one process. */
export interface ThreadNames {
  /** @param iid interpreter id. @param tid as `Sample` has it. @returns null when the thread has no name. */
  of(iid: number, tid: number): string | null;
}

/** Where names are read from. */
export interface NamedProcess {
  readonly memory: RemoteMemory;
  readonly runtime: Pick<Runtime, "address" | "version" | "layout">;
  readonly listThreads: () => ThreadIdSet;
}

/** `ob_type` of an object whose head is that of a free-threaded build. 3.13 Include/object.h _object */
const FREE_THREADED_TYPE = 24;

/** Names of one interpreter's threads, by kernel id. */
type Names = ReadonlyMap<number, string>;

/** Reads the names that threads have at this moment. */
export function readThreadNames(process: NamedProcess): ThreadNames {
  const { version, layout } = process.runtime;
  const isFreeThreaded = layout.object.type === FREE_THREADED_TYPE;
  const objects = objectLayoutFor(
    version.minor,
    isFreeThreaded,
    layout.pointerSize,
  );
  const names = objects === null
    ? new Map<number, Names>()
    : new NameReader(process, objects).read();
  return { of: (iid, tid) => nameOf(names, iid, tid) };
}

/** A thread that runs another interpreter for a while is still the one that its own interpreter named. */
function nameOf(
  names: ReadonlyMap<number, Names>,
  iid: number,
  tid: number,
): string | null {
  const inInterpreters = [names.get(iid), ...names.values()];
  const named = inInterpreters.find((names) => names?.has(tid));
  return named?.get(tid) ?? null;
}

/** Reads the names of one process. */
class NameReader {
  readonly #layout: Layout;
  readonly #reader: StructReader;
  readonly #dictionaries: DictionaryReader;
  readonly #interpreters: InterpreterList;
  readonly #ids: ThreadIdFinder;

  constructor(process: NamedProcess, objects: ObjectLayout) {
    const { memory, runtime, listThreads } = process;
    const { layout, address } = runtime;
    this.#layout = layout;
    this.#reader = new StructReader(memory, layout.pointerSize);
    this.#dictionaries = new DictionaryReader(memory, layout, objects);
    this.#interpreters = new InterpreterList(memory, layout, address);
    this.#ids = new ThreadIdFinder(memory, listThreads);
  }

  /** @returns names by interpreter id. */
  read(): Map<number, Names> {
    const { id } = this.#layout.interpreter;
    return new Map(
      this.#interpreters.read().map((interpreter) => [
        this.#reader.pointerAt(interpreter + id),
        this.#namesIn(interpreter),
      ]),
    );
  }

  #namesIn(interpreter: number): Names {
    const byPthread = this.#activeThreads(interpreter);
    const names = new Map<number, string>();
    if (byPthread.size === 0) return names;
    const { interpreter: { threadsHead }, thread } = this.#layout;
    const reader = this.#reader;
    let address = reader.pointerAt(interpreter + threadsHead);
    for (let i = 0; address !== 0 && i < MAX_THREADS; i++) {
      if (!reader.loadAll(address, thread.size)) break;
      address = reader.pointer(thread.next);
      const name = byPthread.get(this.#id(thread.threadId));
      if (name !== undefined) names.set(this.#tid(), name);
    }
    return names;
  }

  /** @returns the id of the thread state that was loaded. */
  #tid(): number {
    const { nativeThreadId, threadId } = this.#layout.thread;
    if (nativeThreadId !== ABSENT) return this.#id(nativeThreadId);
    const pthread = this.#id(threadId);
    return this.#ids.find(pthread) || pthread;
  }

  /** @returns an `unsigned long` of the thread state that was loaded. */
  #id(offset: number): number {
    return this.#layout.thread.idSize === 4
      ? this.#reader.u32(offset)
      : this.#reader.pointer(offset);
  }

  /** @returns names by `pthread_self()`. */
  #activeThreads(interpreter: number): Names {
    const dictionaries = this.#dictionaries;
    const modules = this.#reader.pointerAt(
      interpreter + this.#layout.interpreter.modules,
    );
    const threading = dictionaries.item(modules, "threading");
    const active = dictionaries.variable(threading, "_active");
    const names = new Map<number, string>();
    for (const { key, value } of dictionaries.entries(active)) {
      const pthread = dictionaries.integer(key);
      const name = dictionaries.text(dictionaries.attribute(value, "_name"));
      if (pthread !== null && name) names.set(pthread, name);
    }
    return names;
  }
}
