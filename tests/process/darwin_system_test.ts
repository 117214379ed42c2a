/** What is made of the tables that the shim fills on macOS. */

import assert from "node:assert/strict";
import {
  darwinPermissionHint,
  darwinProcess,
} from "../../src/process/darwin_process.ts";
import { darwinSystem } from "../../src/process/darwin_system.ts";
import type { ProcessTables } from "../../src/process/process_tables.ts";

const GONE = -1;

/** Tells of nothing but what a test gives. */
function tables(told: Partial<ProcessTables>): ProcessTables {
  const failed = () => GONE;
  return {
    listModules: failed,
    residentMemory: failed,
    listProcesses: failed,
    listThreads: failed,
    listChildren: failed,
    codeFlags: failed,
    ...told,
  };
}

function fill(into: Uint8Array, words: readonly number[]): number {
  const view = new DataView(into.buffer, into.byteOffset);
  words.forEach((word, i) => view.setBigUint64(i * 8, BigInt(word), true));
  return words.length * 8;
}

const THREADS = [0x1_2345_6789, 1, 77, 0];

Deno.test("darwinSystem() tells running threads from waiting ones", () => {
  const system = darwinSystem(
    tables({ listThreads: (_pid, into) => fill(into, THREADS) }),
  );
  const states = system.threadStates(1);
  states.begin();
  assert.equal(states.isIdle(0x1_2345_6789), false);
  assert.equal(states.isIdle(77), true);
  assert.equal(states.isIdle(78), true);
  assert.deepEqual([...system.threadIds(1).keys()], [0x1_2345_6789, 77]);
});

Deno.test("darwinSystem() has nothing to tell of a process that has ended", () => {
  const system = darwinSystem(tables({}));
  assert.equal(system.threadIds(1).size, 0);
  assert.deepEqual(system.childrenOf(1), []);
  assert.equal(system.residentMemory(1).read(), 0);
  assert.equal(system.process(1).modules(), "gone");
});

Deno.test("darwinSystem() lists children", () => {
  const system = darwinSystem(tables({
    listChildren: (_pid, into) => {
      new Int32Array(into.buffer).set([41, 42, 0]);
      return 12;
    },
  }));
  assert.deepEqual(system.childrenOf(1), [41, 42]);
});

Deno.test("darwinProcess() leaves Apple's libraries out, but not the executable", () => {
  const encode = (text: string) => new TextEncoder().encode(text);
  const paths = ["/usr/lib/dyld", "/usr/lib/libobjc.A.dylib", "/opt/Python"];
  const process = darwinProcess(
    1,
    tables({
      listModules: (_pid, into) => {
        let at = 0;
        for (const path of paths) {
          fill(into.subarray(at), [0x1000, 0x1000, path.length]);
          into.set(encode(path), at + 24);
          at += 24 + Math.ceil(path.length / 8) * 8;
        }
        return at;
      },
    }),
  );
  const modules = process.modules();
  assert.ok(typeof modules !== "string");
  assert.deepEqual(modules.map(({ path }) => path), [paths[0], paths[2]]);
});

Deno.test.each([
  [{ superuser: false, codeFlags: 0x4 }, /^use sudo/],
  [{ superuser: false, codeFlags: -1 }, /^use sudo/],
  [{ superuser: true, codeFlags: -1 }, /System Integrity Protection/],
  [{ superuser: false, codeFlags: 0x400_0000 }, /^it is a program of macOS/],
  [{ superuser: true, codeFlags: 0x800 }, /^it is a program of macOS/],
  [{ superuser: true, codeFlags: 0x1_0000 }, /^it is signed with the hardened/],
  [{ superuser: false, codeFlags: 0x1_0004 }, /^use sudo/],
])("darwinPermissionHint() knows why: %j", (protection, hint) => {
  assert.match(darwinPermissionHint(protection), hint);
  assert.match(darwinPermissionHint(protection), /python\.org, Homebrew/);
});
