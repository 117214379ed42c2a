import assert from "node:assert/strict";
import { dirname } from "node:path";
import { openShim } from "../../ffi/shim.ts";
import { Python, pythons } from "../../scripts/pythons.ts";
import { ExitCode } from "../../src/errors.ts";
import { linuxProcess } from "../../src/process/linux_process.ts";
import {
  findRuntime,
  type Runtime,
  waitForRuntime,
} from "../../src/python/find_runtime.ts";
import { formatVersion } from "../../src/python/version.ts";
import type { Attachment } from "../support/attach.ts";
import { cCompiler, workshop } from "../support/c_compiler.ts";
import { testEachPython } from "../support/each_python.ts";
import {
  buildEmbedder,
  developmentFiles,
  type Embedder,
} from "../support/embedder.ts";
import { type Need, rootUser, testNeeding, tool } from "../support/needs.ts";
import { run } from "../support/program.ts";
import {
  startCommand,
  startTarget,
  type Target,
  TARGETS,
} from "../support/target.ts";
import { makeVenv } from "../support/venv.ts";

const shim = openShim();
const installed = await pythons();

/** Those that are not in a root tree of their own. */
const ours = installed.filter(({ root }) => root === "");
const here = ours[0];
const aPython: Need = { what: "a CPython", met: here !== undefined };

/** Seconds that a target lives at most. */
const LIFE = 30;

/** What of a CPython only pyenv's builds have in a form that can be linked or moved. */
function pyenvNeed(
  file: string,
  python: Python | undefined,
  found: unknown,
): Need {
  return {
    what: `pyenv's ${file}`,
    met: python?.source === "pyenv" && found !== null,
  };
}

function find(pid: number): Runtime {
  return findRuntime(linuxProcess(pid), shim.memoryOf(pid));
}

function waitFor(pid: number): Runtime {
  const patience = { clock: shim, timeoutMs: 10_000 };
  return waitForRuntime(linuxProcess(pid), shim.memoryOf(pid), patience);
}

function isVersionOf(runtime: Runtime, { fullVersion }: Python): void {
  assert.equal(formatVersion(runtime.version), fullVersion);
}

testEachPython("findRuntime() finds a running Python", async (python) => {
  await using target = await startTarget(python, "idle.py", [LIFE]);
  const runtime = find(target.pid);
  isVersionOf(runtime, python);
  assert.equal(runtime.selfDescribing, runtime.version.minor >= 13);
  assert.match(runtime.path, /python3\.\d+/);
});

testEachPython("findRuntime() takes well below 50 ms", async (python) => {
  await using target = await startTarget(python, "idle.py", [LIFE]);
  const times = Array.from({ length: 5 }, () => {
    const start = performance.now();
    find(target.pid);
    return performance.now() - start;
  });
  assert(Math.min(...times) < 50, `${times} ms`);
});

testEachPython(
  "findRuntime() finds one with threads and interpreters",
  async (python) => {
    for (const script of ["threads.py", "interpreters.py"]) {
      await using target = await startTarget(python, script, [LIFE, 0, 3]);
      isVersionOf(find(target.pid), python);
    }
  },
);

/** Starts a command that may become a Python, and waits for that. */
async function isFoundBehind(
  command: readonly string[],
  python: Python,
): Promise<void> {
  const [program = "", ...args] = command;
  const child = new Deno.Command(program, {
    args,
    stdin: "piped",
    stdout: "null",
  }).spawn();
  try {
    isVersionOf(waitFor(child.pid), python);
  } finally {
    await child.stdin.close();
    child.kill("SIGKILL");
    await child.status;
  }
}

async function idle(python: Python): Promise<string[]> {
  const script = await python.install(`${TARGETS}/idle.py`);
  return [...python.command, "-B", script, `${LIFE}`];
}

testEachPython(
  "waitForRuntime() finds one that was just launched",
  async (python) => {
    for (let i = 0; i < 5; i++) await isFoundBehind(await idle(python), python);
  },
);

testEachPython(
  "waitForRuntime() finds one behind wrappers that exec",
  async (python) => {
    const command = await idle(python);
    await isFoundBehind(
      ["sh", `${TARGETS}/execs.sh`, "exec", ...command],
      python,
    );
    await isFoundBehind(["sh", "-c", 'exec "$@"', "sh", ...command], python);
    await isFoundBehind(["env", "nice", "-n", "0", ...command], python);
  },
);

testEachPython(
  "waitForRuntime() finds one behind a virtual environment's link",
  async (python) => {
    await using venv = await makeVenv(python);
    await isFoundBehind(await idle(venv.python), python);
  },
);

/** Says that it is ready with nothing but what is built in, until its input ends. */
const READY = "import sys; sys.stdout.write('ready {}\\n'); " +
  "sys.stdout.flush(); sys.stdin.read()";

/** Starts a program that has an interpreter in it, but no libraries for it to load. */
async function startProgram(
  { path, env }: Embedder,
  wrapper: readonly string[] = [],
): Promise<Target> {
  return await startCommand([...wrapper, path, "-c", READY], "", { env });
}

/** Ways to link a CPython into a program, which then exports nothing. */
const LINKS = [
  ["a program with symbols", ["-pie"]],
  ["a program with symbols at a fixed address", ["-no-pie"]],
  ["a stripped program", ["-pie", "-s"]],
  ["a stripped program at a fixed address", ["-no-pie", "-s"]],
  ["a program with 2 MiB segments", [
    "-s",
    "-Wl,-z,max-page-size=0x200000",
    "-Wl,-z,separate-code",
  ]],
] as const;

for (const python of ours) {
  const files = await developmentFiles(python);
  const archive = pyenvNeed("libpython.a", python, files);
  for (const [name, args] of LINKS) {
    testNeeding(
      [cCompiler, archive],
      `findRuntime() finds CPython ${python.version} in ${name}`,
      async () => {
        await using shop = await workshop();
        const program = await buildEmbedder(shop, files!, args);
        await using target = await startProgram(program);
        const runtime = find(target.pid);
        isVersionOf(runtime, python);
        assert.equal(runtime.path, program.path);
      },
    );
  }
  testNeeding(
    [cCompiler, archive],
    `findRuntime() finds CPython ${python.version} in a program that was replaced`,
    async () => {
      await using shop = await workshop();
      const program = await buildEmbedder(shop, files!, ["-pie"]);
      await using target = await startProgram(program);
      await Deno.rename(program.path, shop.path("old"));
      await Deno.copyFile("/bin/sh", program.path);
      isVersionOf(find(target.pid), python);
      await Deno.remove(shop.path("old"));
      isVersionOf(find(target.pid), python);
      await Deno.remove(program.path);
      isVersionOf(find(target.pid), python);
    },
  );
}

/** The library of an interpreter that has one and finds it by its name. */
async function sharedLibrary(python: Python): Promise<string | null> {
  const { stdout } = await run(["ldd", python.command.at(-1) ?? ""]);
  return /libpython\S+ => (\S+)/.exec(stdout)?.[1] ?? null;
}

for (const python of ours) {
  const library = await sharedLibrary(python);
  const shared = pyenvNeed("shared libpython", python, library);
  testNeeding(
    [shared, tool("strip")],
    `findRuntime() finds CPython ${python.version} in a library that was stripped, then replaced, then deleted`,
    async () => {
      await using shop = await workshop();
      const path = shop.path(library!.slice(library!.lastIndexOf("/") + 1));
      await shop.run(["strip", "-o", path, library!]);
      await using target = await startTarget(python, "idle.py", [LIFE], {
        env: { LD_LIBRARY_PATH: shop.folder },
      });
      const runtime = find(target.pid);
      isVersionOf(runtime, python);
      assert.equal(runtime.path, path);
      await Deno.writeTextFile(shop.path("new"), "not a library");
      await Deno.rename(shop.path("new"), path);
      assert.deepEqual(find(target.pid), runtime);
      await Deno.remove(path);
      assert.deepEqual(find(target.pid), runtime);
    },
  );
}

/** The only child of a process that stands for another. */
async function childOf({ pid }: Target): Promise<number> {
  const children = `/proc/${pid}/task/${pid}/children`;
  return Number((await Deno.readTextFile(children)).trim());
}

testNeeding(
  [rootUser, tool("unshare"), aPython],
  "findRuntime() finds a Python in a PID namespace",
  async () => {
    const wrapper = ["unshare", "--pid", "--fork", "--kill-child"];
    await using target = await startTarget(here!, "idle.py", [LIFE], {
      wrapper: [...wrapper, "--mount-proc"],
    });
    isVersionOf(find(await childOf(target)), here!);
  },
);

testNeeding(
  [rootUser, tool("unshare"), aPython],
  "findRuntime() finds a Python in a user namespace",
  async () => {
    await using target = await startTarget(here!, "idle.py", [LIFE], {
      wrapper: ["unshare", "--user", "--map-root-user"],
    });
    isVersionOf(find(target.pid), here!);
  },
);

const files = here === undefined ? null : await developmentFiles(here);
const archive = pyenvNeed("libpython.a", here, files);

testNeeding(
  [rootUser, tool("unshare"), cCompiler, archive],
  "findRuntime() reads the file of a program in a mount namespace",
  async () => {
    await using shop = await workshop();
    const program = await buildEmbedder(shop, files!, ["-pie"]);
    const place = shop.path("only there");
    await Deno.mkdir(place);
    const script = 'mount -t tmpfs none "$1" && cp "$2" "$1/program" && ' +
      'program="$1/program" && shift 2 && exec "$program" "$@"';
    const mounting = ["unshare", "--mount", "sh", "-c", script, "sh"];
    await using target = await startProgram(program, [...mounting, place]);
    const runtime = find(target.pid);
    isVersionOf(runtime, here!);
    assert.equal(runtime.path, `${place}/program`);
    await assert.rejects(Deno.stat(runtime.path));
  },
);

testNeeding(
  [rootUser, tool("unshare"), tool("chroot"), aPython],
  "findRuntime() finds a Python in another root",
  async () => {
    await using shop = await workshop();
    const script = 'mount --rbind / "$1" && exec chroot "$@"';
    const mounting = ["unshare", "--mount", "sh", "-c", script, "sh"];
    const command = [...mounting, shop.folder, ...here!.command];
    const python = new Python({ ...here!, command });
    await using target = await startTarget(python, "idle.py", [LIFE]);
    isVersionOf(find(target.pid), here!);
  },
);

/** Runs `attach.ts` as a user who may do nothing. */
async function attachAsNobody(pid: number): Promise<Attachment> {
  await using shop = await workshop();
  const script = `${TARGETS}/../support/attach.ts`;
  const user = ["setpriv", "--reuid", "65534", "--regid", "65534"];
  const deno = [Deno.execPath(), "run", "-A", "--no-config", "--no-lock"];
  await Deno.chmod(shop.folder, 0o777);
  const { stdout, stderr } = await run(
    [...user, "--clear-groups", ...deno, script, `${pid}`],
    { env: { DENO_DIR: shop.folder, HOME: shop.folder } },
  );
  assert(stdout !== "", stderr);
  return JSON.parse(stdout);
}

/** Whether anybody may run this runtime with this source tree. */
const openTree: Need = {
  what: "a source tree that all may read",
  met: [import.meta.dirname!, dirname(Deno.execPath())].every(isOpen),
};

function isOpen(folder: string): boolean {
  const mode = Deno.statSync(folder).mode ?? 0;
  const parent = dirname(folder);
  return (mode & 1) === 1 && (parent === folder || isOpen(parent));
}

testNeeding(
  [rootUser, tool("setpriv"), openTree, aPython],
  "findRuntime() says when the process is somebody else's",
  async () => {
    await using target = await startTarget(here!, "idle.py", [LIFE]);
    const attachment = await attachAsNobody(target.pid);
    assert.equal(attachment.exitCode, ExitCode.permission);
    assert.equal(
      attachment.error,
      `Insufficient permissions: cannot read the memory of process ${target.pid}`,
    );
    assert.match(attachment.hint ?? "", /^use sudo; /);
  },
);

testNeeding(
  [rootUser, tool("setpriv"), openTree],
  "findRuntime() tells a missing process from a forbidden one to anybody",
  async () => {
    const { exitCode } = await attachAsNobody(2 ** 22 + 1);
    assert.equal(exitCode, ExitCode.noProcess);
  },
);

/** Interpreters that are too old, by their minor version. */
const OLD = oldPythons();

function oldPythons(): Map<string, string> {
  const found = new Map<string, string>();
  const root = Deno.env.get("PYENV_ROOT") ?? `${Deno.env.get("HOME")}/.pyenv`;
  for (const version of ["2.7", "3.6", "3.7"]) {
    try {
      for (const { name } of Deno.readDirSync(`${root}/versions`)) {
        const path = `${root}/versions/${name}/bin/python${version}`;
        if (name.startsWith(`${version}.`)) found.set(path, name);
      }
    } catch {
      // There is no pyenv here.
    }
  }
  return found;
}

for (const [path, version] of OLD) {
  Deno.test(`findRuntime() refuses CPython ${version}`, async () => {
    await using target = await startCommand([path, "-c", READY], "");
    assert.throws(() => find(target.pid), {
      exitCode: ExitCode.unknownVersion,
      message: `Cannot sample process ${target.pid}: it runs Python ${version}`,
      hint: "CPython 3.8 to 3.15 work: 64-bit ones, and those for i386 Linux",
    });
  });
}

testNeeding(
  [{ what: "CPython 2.7, 3.6 or 3.7", met: OLD.size > 0 }],
  "waitForRuntime() refuses one that is too old at once",
  async () => {
    const [path] = OLD.keys();
    await using target = await startCommand([path!, "-c", READY], "");
    assert.throws(() => waitFor(target.pid), {
      exitCode: ExitCode.unknownVersion,
    });
  },
);

Deno.test("findRuntime() refuses a shell", async () => {
  const command = ["sh", "-c", "echo 'ready {}'; read line"];
  await using target = await startCommand(command, "");
  assert.throws(() => find(target.pid), {
    exitCode: ExitCode.notPython,
    message: `Cannot attach: process ${target.pid} is not a Python process`,
  });
});

Deno.test("findRuntime() refuses this runtime, which is large and no Python", () => {
  const start = performance.now();
  assert.throws(() => find(Deno.pid), { exitCode: ExitCode.notPython });
  assert(performance.now() - start < 10_000);
});

testNeeding(
  [{ what: "kernel threads", met: isKernelThread(2) }],
  "findRuntime() refuses a kernel thread",
  () => {
    assert.throws(() => find(2), { exitCode: ExitCode.notPython });
  },
);

function isKernelThread(pid: number): boolean {
  const modules = linuxProcess(pid).modules();
  return typeof modules !== "string" && modules.length === 0;
}

const FORK = `
import json, os, sys
pid = os.fork()
if pid == 0: os._exit(0)
os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
print("ready", json.dumps({"pid": pid}), flush=True)
sys.stdin.read()
`;

testNeeding(
  [aPython],
  "findRuntime() says that a process has ended that nobody waited for",
  async () => {
    const command = [...here!.command, "-c", FORK];
    await using target = await startCommand(command, "");
    const { pid } = target.facts;
    assert.throws(() => find(pid), { exitCode: ExitCode.noProcess });
    assert.throws(() => waitFor(pid), { exitCode: ExitCode.noProcess });
  },
);
