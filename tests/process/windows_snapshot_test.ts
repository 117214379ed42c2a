/** A list of processes as wine's NtQuerySystemInformation gave it, while a Python had four threads and two children. */

import assert from "node:assert/strict";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import {
  ThreadState,
  WindowsSnapshot,
} from "../../src/process/windows_snapshot.ts";
import { WindowsThreadStates } from "../../src/process/windows_thread_states.ts";

const RECORDED = new Uint8Array(gunzipSync(
  Deno.readFileSync(`${import.meta.dirname}/windows_processes.gz`),
));

/** What the Python said of itself. */
const PYTHON = 264;
const THREADS = [268, 280, 284, 288];
const CHILDREN = [292, 300];
/** Who had started it. */
const PARENT = 32;

/** SYSTEM_THREAD_INFORMATION. */
const THREAD_ID = 48;
const THREAD_STATE = 68;

class Recorded {
  calls = 0;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array = RECORDED) {
    this.#bytes = bytes;
  }

  listProcesses(into: Uint8Array): number {
    this.calls++;
    if (this.#bytes.length <= into.length) into.set(this.#bytes);
    return this.#bytes.length;
  }
}

/** The list with other states: wine tells none, so that they are put in here. */
function withStates(states: Readonly<Record<number, number>>): Uint8Array {
  const bytes = RECORDED.slice();
  const view = new DataView(bytes.buffer);
  for (let at = 0; at + 80 <= bytes.length; at += 2) {
    const state = states[Number(view.getBigUint64(at + THREAD_ID, true))];
    const owner = Number(view.getBigUint64(at + THREAD_ID - 8, true));
    if (state === undefined || owner !== PYTHON) continue;
    view.setUint32(at + THREAD_STATE, state, true);
  }
  return bytes;
}

function snapshotOf(bytes: Uint8Array = RECORDED): WindowsSnapshot {
  const snapshot = new WindowsSnapshot(new Recorded(bytes));
  snapshot.refresh();
  return snapshot;
}

Deno.test("WindowsSnapshot knows threads and children as Python does", () => {
  const snapshot = snapshotOf();
  const at = snapshot.findProcess(PYTHON);
  assert.deepEqual(
    snapshot.threadIds(at).filter((tid) => THREADS.includes(tid)),
    THREADS,
  );
  assert.deepEqual(snapshot.childrenOf(PYTHON), CHILDREN);
  assert.ok(snapshot.childrenOf(PARENT).includes(PYTHON));
  assert.equal(snapshot.findProcess(999_999), -1);
  assert.deepEqual(snapshot.childrenOf(999_999), []);
  assert.equal(snapshot.threadState(at, 999_999), -1);
});

Deno.test("WindowsSnapshot leaves out children that are older than their parent", () => {
  const bytes = RECORDED.slice();
  const view = new DataView(bytes.buffer);
  const child = snapshotOf().findProcess(CHILDREN[0]!);
  view.setBigUint64(child + 32, 1n, true);
  assert.deepEqual(snapshotOf(bytes).childrenOf(PYTHON), [CHILDREN[1]]);
});

Deno.test("WindowsSnapshot.refreshFor() asks once for all who ask once", () => {
  const tables = new Recorded();
  const snapshot = new WindowsSnapshot(tables);
  for (let pass = 1; pass <= 3; pass++) {
    snapshot.refreshFor("one process");
    snapshot.refreshFor("another");
    assert.equal(tables.calls, pass);
  }
});

Deno.test("WindowsSnapshot makes room for long lists", () => {
  const long = new Uint8Array(3_000_000);
  long.set(RECORDED);
  const snapshot = snapshotOf(long);
  assert.ok(snapshot.findProcess(PYTHON) >= 0);
});

Deno.test("WindowsSnapshot knows nothing when the system tells nothing", () => {
  const snapshot = new WindowsSnapshot({ listProcesses: () => -4 });
  snapshot.refresh();
  assert.equal(snapshot.findProcess(PYTHON), -1);
});

Deno.test("WindowsSnapshot takes any bytes", () => {
  const change = fc.tuple(fc.nat({ max: RECORDED.length - 1 }), fc.nat(255));
  fc.assert(fc.property(fc.array(change), fc.nat(), (changes, size) => {
    const bytes = RECORDED.slice(0, size % RECORDED.length);
    for (const [at, value] of changes) bytes[at] = value;
    const snapshot = snapshotOf(bytes);
    const at = snapshot.findProcess(PYTHON);
    if (at >= 0) snapshot.threadIds(at);
    snapshot.childrenOf(PYTHON);
  }));
});

Deno.test("WindowsThreadStates.isIdle() is about the processor, and -s cannot be shown under wine", () => {
  const { ready, running, standby, waiting, terminated } = ThreadState;
  const states = [running, ready, standby, waiting];
  const bytes = withStates(
    Object.fromEntries(THREADS.map((tid, i) => [tid, states[i]!])),
  );
  const snapshot = new WindowsSnapshot(new Recorded(bytes));
  const threads = new WindowsThreadStates(snapshot, PYTHON);
  threads.begin();
  assert.deepEqual(THREADS.map((tid) => threads.isIdle(tid)), [
    false,
    false,
    false,
    true,
  ]);
  assert.equal(threads.isIdle(999_999), true);
  const gone = new WindowsThreadStates(snapshot, 999_999);
  gone.begin();
  assert.equal(gone.isIdle(THREADS[0]!), true);
  assert.notEqual(terminated, running);
  // What wine itself says of threads, of which two were waiting and one was not.
  const own = snapshotOf();
  const at = own.findProcess(PYTHON);
  const told = new Set(THREADS.map((tid) => own.threadState(at, tid)));
  Deno.stdout.writeSync(new TextEncoder().encode(
    `-s cannot be shown under wine: it tells state ${[
      ...told,
    ]} of every thread\n`,
  ));
  assert.deepEqual([...told], [ThreadState.initialized]);
});
