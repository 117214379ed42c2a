import assert from "node:assert/strict";
import fc from "fast-check";
import {
  NoProcessError,
  NotPythonError,
  PermissionError,
  UnknownVersionError,
} from "../../src/errors.ts";
import { ReadError } from "../../src/memory/remote_memory.ts";
import {
  type Effort,
  findRuntime,
  searchRuntime,
  waitForRuntime,
} from "../../src/python/find_runtime.ts";
import { formatVersion } from "../../src/python/version.ts";
import { buildElf } from "../support/elf_builder.ts";
import {
  bannerOf,
  FakeProcess,
  fakePython,
  IMAGE,
  RUNTIME,
  startInterpreter,
} from "../support/fake_python.ts";

function search(process: FakeProcess, effort: Effort = "quick") {
  return searchRuntime(process, process.memory, effort);
}

/** A running 3.8. */
function python38(): FakeProcess {
  const process = fakePython({ minor: 8, banner: bannerOf("3.8.18") });
  startInterpreter(process, 8);
  return process;
}

/** A process without Python. */
function otherProcess(): FakeProcess {
  const process = new FakeProcess();
  process.load(
    "/bin/sleep",
    0x1000_0000,
    buildElf({ symbols: {}, size: 8192 }),
  );
  return process;
}

/** Time that only passes while somebody sleeps. */
class FakeClock {
  sleeps = 0;
  #now = 1_000_000;
  readonly #onSleep: (sleeps: number) => void;

  constructor(onSleep: (sleeps: number) => void = () => {}) {
    this.#onSleep = onSleep;
  }

  now(): number {
    return this.#now;
  }

  sleepUntil(deadlineUs: number): number {
    this.#now = Math.max(this.#now, deadlineUs);
    this.#onSleep(++this.sleeps);
    return this.#now;
  }
}

Deno.test("findRuntime() gives the address and the version", () => {
  const process = python38();
  const runtime = findRuntime(process, process.memory);
  assert.equal(runtime.address, RUNTIME);
  assert.equal(formatVersion(runtime.version), "3.8.18");
  assert.equal(runtime.selfDescribing, false);
  assert.equal(runtime.path, "/usr/bin/program");
});

Deno.test.each(
  [
    [9, "_PyRuntime", bannerOf("3.9.7"), 0, "3.9.7"],
    [11, "Py_Version", "", 0x030b02f0, "3.11.2"],
    [12, "Py_Version", bannerOf("3.12.9"), 0x030c01f0, "3.12.1"],
  ] as const,
)("searchRuntime() tells the version of a 3.%d by %s", (...row) => {
  const [minor, name, banner, hex, expected] = row;
  const process = fakePython({
    minor,
    exports: ["_PyRuntime", name],
    banner,
    hex,
  });
  startInterpreter(process, minor);
  const found = search(process);
  assert(found.kind === "found");
  assert.equal(formatVersion(found.runtime.version), expected);
});

Deno.test("searchRuntime() finds a Python that exports nothing only when thorough", () => {
  for (const minor of [8, 9, 10, 11, 12]) {
    const banner = bannerOf(`3.${minor}.3`);
    const process = fakePython({ minor, exports: [], banner });
    startInterpreter(process, minor);
    assert.equal(search(process, "quick").kind, "notPython");
    const found = search(process, "thorough");
    assert(found.kind === "found");
    assert.equal(found.runtime.address, RUNTIME);
  }
});

Deno.test("searchRuntime() knows a Python that has not started its interpreter", () => {
  const process = fakePython({ minor: 8, banner: bannerOf("3.8.18") });
  assert.deepEqual(search(process), {
    kind: "notReady",
    path: "/usr/bin/program",
  });
});

Deno.test("searchRuntime() knows a Python that is only about to be loaded", () => {
  const path = "/usr/lib/libpython3.9.so.1.0";
  const process = fakePython({ minor: 9, exports: [], path });
  assert.deepEqual(search(process), { kind: "notReady", path });
});

Deno.test("searchRuntime() does not take a thread of another interpreter", () => {
  const process = python38();
  process.memory.u64(0x6000_0000 + 16, 0x5000_0008);
  assert.equal(search(process).kind, "notReady");
});

Deno.test("searchRuntime() passes over a sub-interpreter that has no thread yet", () => {
  const process = python38();
  process.memory.map(0x5800_0000, 0x1000);
  process.memory.u64(RUNTIME + 32, 0x5800_0000);
  assert.equal(search(process).kind, "found");
});

Deno.test("searchRuntime() finds a Python behind a library that has one too, but unused", () => {
  const process = otherProcess();
  const idle = fakePython({
    minor: 9,
    banner: bannerOf("3.9.1"),
    path: "/usr/lib/libpython3.9.so.1.0",
  });
  const [segment] = idle.memory.segments.filter(({ bytes }) =>
    bytes.length > 0x2000
  );
  const busy = python38();
  process.load("/usr/lib/libpython3.9.so.1.0", 0x2000_0000, segment!.bytes);
  for (const { address, bytes } of busy.memory.segments) {
    process.load("/opt/embedded.so", address, bytes);
  }
  const found = search(process);
  assert(found.kind === "found");
  assert.equal(found.runtime.path, "/opt/embedded.so");
});

Deno.test.each([
  [7, "3.7.16"],
  [16, "3.16.0"],
])("findRuntime() refuses a 3.%d", (minor, version) => {
  const process = fakePython({ minor, banner: bannerOf(version) });
  assert.throws(() => findRuntime(process, process.memory), (error: Error) => {
    assert(error instanceof UnknownVersionError);
    assert.match(error.message, new RegExp(`Python ${version}$`));
    return true;
  });
});

Deno.test("findRuntime() refuses a Python before _PyRuntime by its Py_GetVersion", () => {
  const banner = bannerOf("2.7.18");
  const process = fakePython({ minor: 7, exports: ["Py_GetVersion"], banner });
  assert.throws(
    () => findRuntime(process, process.memory),
    { name: "UnknownVersionError", message: /Python 2\.7\.18$/ },
  );
});

Deno.test("findRuntime() refuses a later Python that has the cookie", () => {
  const process = fakePython({ minor: 16 });
  process.memory.write(RUNTIME, new TextEncoder().encode("xdebugpy"));
  process.memory.u64(RUNTIME + 8, 0x031000f0);
  assert.throws(
    () => findRuntime(process, process.memory),
    { name: "UnknownVersionError", message: /Python 3\.16\.0$/ },
  );
});

Deno.test("findRuntime() refuses a process without Python", () => {
  const process = otherProcess();
  assert.throws(() => findRuntime(process, process.memory), NotPythonError);
});

Deno.test("findRuntime() refuses a kernel thread", () => {
  const process = new FakeProcess();
  assert.throws(() => findRuntime(process, process.memory), NotPythonError);
});

Deno.test.each(
  [
    ["gone", NoProcessError],
    ["denied", PermissionError],
  ] as const,
)("findRuntime() says when the maps are %s", (refusal, expected) => {
  const process = python38();
  process.found = refusal;
  assert.throws(() => findRuntime(process, process.memory), expected);
});

Deno.test.each([
  [ReadError.gone, NoProcessError],
  [ReadError.denied, PermissionError],
])(
  "findRuntime() says when only the memory is refused: %d",
  (code, expected) => {
    const process = python38();
    process.memory.failure = code;
    assert.throws(() => findRuntime(process, process.memory), expected);
  },
);

/** Places where damage tells: headers, dynamic section, symbols, and the runtime. */
const damage = fc.array(
  fc.tuple(
    fc.oneof(fc.nat(0x140), fc.integer({ min: 0x200, max: 0x1400 })),
    fc.nat(255),
  ),
  { minLength: 1, maxLength: 20 },
);

Deno.test("searchRuntime() does not throw for a damaged Python", () => {
  fc.assert(fc.property(damage, (damage) => {
    const process = python38();
    for (const [at, value] of damage) process.memory.u8(IMAGE + at, value);
    search(process, "thorough");
  }));
});

Deno.test("searchRuntime() does not throw for damaged debug offsets", () => {
  const minors = fc.integer({ min: 12, max: 16 });
  const words = fc.array(
    fc.oneof(fc.nat(1000), fc.double({ noNaN: true, min: 0, max: 1e18 })),
    { maxLength: 120 },
  );
  fc.assert(fc.property(minors, words, (minor, words) => {
    const process = fakePython({ minor });
    const { memory } = process;
    memory.write(RUNTIME, new TextEncoder().encode("xdebugpy"));
    memory.u64(RUNTIME + 8, 0x03000000 + minor * 0x10000);
    words.forEach((word, i) => {
      memory.u64(RUNTIME + 16 + i * 8, Math.floor(word));
    });
    search(process, "thorough");
  }));
});

Deno.test("waitForRuntime() waits until the interpreter has started", () => {
  const process = fakePython({ minor: 8, banner: bannerOf("3.8.18") });
  const clock = new FakeClock((sleeps) => {
    if (sleeps === 5) startInterpreter(process, 8);
  });
  const runtime = waitForRuntime(process, process.memory, {
    clock,
    timeoutMs: 1000,
  });
  assert.equal(runtime.address, RUNTIME);
  assert.equal(clock.sleeps, 5);
});

Deno.test("waitForRuntime() waits until a wrapper has become a Python", () => {
  const process = otherProcess();
  const python = python38();
  const clock = new FakeClock((sleeps) => {
    if (sleeps < 3) return;
    process.found = python.found;
    process.memory.segments.splice(0);
    process.memory.segments.push(...python.memory.segments);
  });
  const runtime = waitForRuntime(process, process.memory, {
    clock,
    timeoutMs: 1000,
  });
  assert.equal(runtime.path, "/usr/bin/program");
});

Deno.test("waitForRuntime() waits for the exact version, but not for ever", () => {
  const process = fakePython({
    minor: 8,
    path: "/usr/lib/libpython3.8.so.1.0",
  });
  startInterpreter(process, 8);
  const clock = new FakeClock();
  const { version } = waitForRuntime(process, process.memory, {
    clock,
    timeoutMs: 20,
  });
  assert.equal(formatVersion(version), "3.8.?");
  assert.equal(clock.sleeps, 20);
});

Deno.test("waitForRuntime() gives up at the time-out", () => {
  const process = otherProcess();
  const clock = new FakeClock();
  const start = clock.now();
  assert.throws(
    () => waitForRuntime(process, process.memory, { clock, timeoutMs: 100 }),
    NotPythonError,
  );
  assert.equal(clock.now(), start + 100_000);
});

Deno.test("waitForRuntime() ends when it is stopped", () => {
  const process = otherProcess();
  const clock = new FakeClock();
  const stopped = () => clock.sleeps === 7;
  assert.throws(
    () =>
      waitForRuntime(process, process.memory, {
        clock,
        timeoutMs: 1000,
        stopped,
      }),
    NotPythonError,
  );
  assert.equal(clock.sleeps, 7);
});

Deno.test.each(["gone", "denied"] as const)(
  "waitForRuntime() does not wait for a process that is %s",
  (refusal) => {
    const process = otherProcess();
    process.found = refusal;
    const clock = new FakeClock();
    const wait = () =>
      waitForRuntime(process, process.memory, { clock, timeoutMs: 1000 });
    assert.throws(wait);
    assert.equal(clock.sleeps, 0);
  },
);
