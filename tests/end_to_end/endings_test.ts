/** The ways in which a run ends, and what becomes of the process that was sampled. */

import assert from "node:assert/strict";
import { pythons } from "../../scripts/pythons.ts";
import {
  type RunningAustin,
  startAustin,
  startProgram,
  targetCommand,
} from "../support/austin.ts";
import { type Collapsed, parseCollapsed } from "../support/collapsed.ts";
import { testEachPython } from "../support/each_python.ts";
import { inFolder } from "../support/folder.ts";
import { type Need, rootUser, testNeeding, tool } from "../support/needs.ts";
import { program } from "../support/program.ts";
import { startTarget, type Target } from "../support/target.ts";

const [python] = await pythons(["3.12"]);
const [other] = await pythons(["3.10"]);

/** Defines a test that needs some CPython. */
function testPython(
  name: string,
  fn: () => Promise<void>,
  needs: readonly Need[] = [],
): void {
  const need = { what: "CPython 3.12", met: python !== undefined };
  testNeeding([need, ...needs], name, fn);
}

const SIGNALS = [["SIGINT", 254], ["SIGTERM", 241]] as const;

/** A run whose samples go to a file, and its command's words to us. */
interface FileRun {
  readonly run: RunningAustin;
  readonly file: string;
}

/** Gives a test a run that has taken its first sample, of a command that is ready. */
async function inRun(
  args: readonly string[],
  test: (run: FileRun) => Promise<void>,
  wrapper: (words: readonly string[]) => readonly string[] = (words) => words,
): Promise<void> {
  await inFolder(async (folder) => {
    const file = `${folder}/samples`;
    const words = [program, "-P", "-i5ms", "-o", file, ...args];
    await using run = startProgram(wrapper(words), { stdin: "open" });
    await run.until(() => hasSamples(file));
    const isAttached = args[0] === "-p";
    await run.until(() => isAttached || run.stdout.includes("ready"));
    await test({ run, file });
  });
}

async function hasSamples(file: string): Promise<boolean> {
  const text = await Deno.readTextFile(file).catch(() => "");
  return /^P\d+;.*:\d+ \d+\n/m.test(text);
}

async function readSamples(file: string): Promise<Collapsed> {
  return parseCollapsed(await Deno.readTextFile(file));
}

/** The words of a command that says which signals it gets, and ends some time after the first. */
async function signalsCommand(lingerSec: number): Promise<string[]> {
  return await targetCommand(python!, "signals.py", [30, lingerSec]);
}

/** What a command that ended by itself said at the end. */
function signalsOf(stdout: string): string[] {
  return JSON.parse(/^done (.*)$/m.exec(stdout)?.[1] ?? "{}").signals;
}

/** Checks that a process that was sampled goes on as if nothing had been. */
async function isUntouched(target: Target): Promise<void> {
  const status = await Deno.readTextFile(`/proc/${target.pid}/status`);
  assert.match(status, /^State:\t[RS]/m);
  assert.match(status, /^TracerPid:\t0$/m);
  await target.finish();
}

testEachPython("a run ends with its command", async (python) => {
  const command = await targetCommand(python, "split.py", ["0.3"]);
  await using run = startAustin(["-i5ms", ...command]);
  const { code, stdout } = await run.ended;
  assert.equal(code, 0);
  const [, duration] = parseCollapsed(stdout).trailer[0] ?? [];
  assert.ok(Number(duration) > 300_000 && Number(duration) < 2_000_000);
});

testPython("the exit code is not the command's", async () => {
  const script = "import sys, time; time.sleep(0.1); sys.exit(3)";
  await using run = startAustin(["-i5ms", ...python!.command, "-c", script]);
  const { code } = await run.ended;
  assert.equal(code, 0);
});

testPython("a run with a long interval ends with it", async () => {
  const script = "import time; time.sleep(0.1)";
  const words = [...python!.command, "-S", "-c", script];
  await using run = startAustin(["-i1s", ...words]);
  const { stdout } = await run.ended;
  const [, duration] = parseCollapsed(stdout).trailer[0] ?? [];
  assert.ok(Number(duration) < 1_500_000, `${duration} us`);
});

testPython(
  "after the exposure a command gets SIGTERM and its time",
  () =>
    inFolder(async (folder) => {
      const command = await signalsCommand(0.3);
      const words = ["-x1", "-i5ms", "-o", `${folder}/out`, ...command];
      await using run = startAustin(words);
      const { code, stdout } = await run.ended;
      assert.equal(code, 0);
      assert.deepEqual(signalsOf(stdout), ["SIGTERM"]);
      await readSamples(`${folder}/out`);
    }),
);

testPython("after the exposure an attached process goes on", async () => {
  await using target = await startTarget(python!, "idle.py", [30]);
  await using run = startAustin(["-x1", "-i5ms", "-p", `${target.pid}`]);
  assert.equal((await run.ended).code, 0);
  await isUntouched(target);
});

for (const [signal, expected] of SIGNALS) {
  testPython(
    `${signal} is passed on to the command, which is waited for`,
    async () =>
      inRun(await signalsCommand(0.5), async ({ run, file }) => {
        run.kill(signal);
        const { code, stdout, stderr } = await run.ended;
        assert.equal(code, expected);
        assert.equal(stderr, "");
        assert.deepEqual(signalsOf(stdout), [signal]);
        const { trailer } = await readSamples(file);
        assert.equal(trailer.length, 4);
      }),
  );

  testPython(`${signal} leaves an attached process alone`, async () => {
    await using target = await startTarget(python!, "threads.py", [30, 1, 1]);
    await inRun(["-p", `${target.pid}`], async ({ run, file }) => {
      run.kill(signal);
      const { code, stderr } = await run.ended;
      assert.equal(code, expected);
      assert.equal(stderr, "");
      assert.equal((await readSamples(file)).trailer.length, 4);
    });
    await isUntouched(target);
  });

  testPython(
    `${signal} while there is no Python yet ends the command`,
    () =>
      inFolder(async (folder) => {
        const script = "echo started; trap 'echo got INT; exit' INT; " +
          "trap 'echo got TERM; exit' TERM; while :; do sleep 0.05; done";
        const words = ["-t10s", "-o", `${folder}/out`, "sh", "-c", script];
        await using run = startAustin(words);
        await run.until(() => run.stdout.includes("started"));
        run.kill(signal);
        const { code, stdout } = await run.ended;
        assert.equal(code, expected);
        assert.equal(stdout, `started\ngot ${signal.slice(3)}\n`);
      }),
  );
}

testPython(
  "signals go on being passed on while the command ends",
  async () =>
    inRun(await signalsCommand(1), async ({ run }) => {
      run.kill("SIGINT");
      await run.until(() => run.stdout.includes("signal SIGINT"));
      run.kill("SIGTERM");
      const { code, stdout } = await run.ended;
      assert.equal(code, 254);
      assert.deepEqual(signalsOf(stdout), ["SIGINT", "SIGTERM"]);
    }),
);

const inTerminal = (words: readonly string[]) => {
  const quoted = words.map((word) => `'${word.replaceAll("'", "'\\''")}'`);
  // Without exec a shell may stay, and be what Ctrl-C ends.
  return ["script", "-qefc", `exec ${quoted.join(" ")}`, "/dev/null"];
};

testPython(
  "Ctrl-C reaches the command once",
  async () => {
    const test = async ({ run, file }: FileRun) => {
      await run.write("\x03");
      const { code, stdout } = await run.ended;
      assert.equal(code, 254);
      assert.deepEqual(signalsOf(stdout), ["SIGINT"]);
      assert.equal((await readSamples(file)).trailer.length, 4);
    };
    await inRun(await signalsCommand(0.5), test, inTerminal);
  },
  [tool("script")],
);

testPython(
  "Ctrl-C does not reach an attached process",
  async () => {
    await using target = await startTarget(python!, "idle.py", [30]);
    const test = async ({ run }: FileRun) => {
      await run.write("\x03");
      assert.equal((await run.ended).code, 254);
    };
    await inRun(["-p", `${target.pid}`], test, inTerminal);
    await isUntouched(target);
  },
  [tool("script")],
);

for (const isAttached of [false, true]) {
  const name = isAttached
    ? "leaves an attached process alone"
    : "ends the command";
  testPython(`that nobody reads on ${name}`, async () => {
    await using target = await startTarget(python!, "split.py", [30]);
    const command = isAttached
      ? ["-p", `${target.pid}`]
      : await targetCommand(python!, "split.py", [30]);
    const pipe = '"$@"; echo "code $?" >&2';
    const script = `( ${pipe} ) | head -3`;
    const words = ["sh", "-c", script, "sh", program, "-P", ...command];
    await using run = startProgram(words);
    const start = performance.now();
    const { stdout, stderr } = await run.ended;
    assert.ok(performance.now() - start < 10_000);
    assert.equal(stdout.split("\n").length, 4);
    assert.equal(stderr, "code 141\n");
    await isUntouched(target);
  });
}

for (const isAttached of [false, true]) {
  const name = isAttached ? "an attached process" : "a command";
  testPython(`a full disk does no harm to ${name}`, async () => {
    await using target = await startTarget(python!, "split.py", [30]);
    const command = isAttached
      ? ["-p", `${target.pid}`]
      : await targetCommand(python!, "split.py", [1]);
    await using run = startAustin(["-o/dev/full", ...command]);
    const { code, stdout, stderr } = await run.ended;
    assert.equal(code, 5);
    assert.match(
      stderr,
      /austin: Cannot write samples: No space left on device \(os error 28\) \(\d+ bytes were not written\)\nhint: what was written before is intact; make room, or name another file with `-o\/--output`\n$/,
    );
    if (!isAttached) assert.match(stdout, /^done /m);
    await isUntouched(target);
  });
}

testPython(
  "what was written before the disk was full is there",
  () =>
    inFolder(async (folder) => {
      await using target = await startTarget(python!, "split.py", [30, 5]);
      const script = 'mount -t tmpfs -o size=100k none "$0" || exit 99; ' +
        '"$@"; code=$?; cat "$0/samples"; exit $code';
      const file = `${folder}/samples`;
      const austin = [program, "-P", "-o", file, "-p", `${target.pid}`];
      const unshare = ["unshare", "-m", "sh", "-c", script, folder];
      await using run = startProgram([...unshare, ...austin]);
      const { code, stdout } = await run.ended;
      assert.equal(code, 5);
      assert.ok(stdout.length >= 90_000);
      // The last line may be cut: the disk took what it could.
      const whole = stdout.slice(0, stdout.lastIndexOf("\n") + 1);
      const { samples } = parseCollapsed(`${whole}\n# duration: 1\n\n`);
      assert.ok(samples.length > 100);
    }),
  [rootUser, tool("unshare")],
);

testPython(
  "a command that is killed ends the run",
  async () =>
    inRun(await signalsCommand(0), async ({ run, file }) => {
      const pid = (await Deno.readTextFile(file)).match(/^P(\d+)/m)?.[1];
      Deno.kill(Number(pid), "SIGKILL");
      assert.equal((await run.ended).code, 0);
      assert.equal((await readSamples(file)).trailer.length, 4);
    }),
);

testPython("an attached process that is killed ends the run", async () => {
  await using target = await startTarget(python!, "threads.py", [30, 1, 1]);
  await inRun(["-p", `${target.pid}`], async ({ run, file }) => {
    await target.kill();
    assert.equal((await run.ended).code, 0);
    assert.equal((await readSamples(file)).trailer.length, 4);
  });
});

testPython(
  "an attached process that becomes a zombie ends the run",
  async () => {
    const script = "import os, sys, time\n" +
      "pid = os.fork()\n" +
      "if pid == 0:\n  sys.stdin.readline()\n  os._exit(0)\n" +
      "print('child', pid, flush=True)\n" +
      "time.sleep(30)\n";
    const words = [...python!.command, "-S", "-c", script];
    await using parent = startProgram(words, { stdin: "open" });
    await parent.until(() => parent.stdout.endsWith("\n"));
    const pid = parent.stdout.match(/\d+/)?.[0] ?? "";
    await inRun(["-p", pid], async ({ run, file }) => {
      await parent.write("go on\n");
      assert.equal((await run.ended).code, 0);
      await readSamples(file);
    });
    const status = await Deno.readTextFile(`/proc/${pid}/status`);
    assert.match(status, /^State:\tZ/m);
    await using run = startAustin(["-p", pid]);
    const { code, stderr } = await run.ended;
    assert.equal(code, 36);
    assert.match(stderr, /Cannot attach/);
  },
);

testPython("a Python that becomes another one is followed", async () => {
  const next = await targetCommand(other!, "split.py", ["1"]);
  const script = "import os, sys, time\n" +
    "def before():\n  time.sleep(0.3)\nbefore()\n" +
    "os.execvp(sys.argv[1], sys.argv[1:])\n";
  const words = [...python!.command, "-S", "-c", script, ...next];
  await using run = startAustin(["-i5ms", ...words]);
  const { code, stdout, stderr } = await run.ended;
  assert.equal(code, 0);
  const { samples } = parseCollapsed(stdout);
  const scopes = new Set(
    samples.flatMap(({ stack }) => stack.frames.map(({ scope }) => scope)),
  );
  for (const scope of ["before", "rounds", "half"]) {
    assert.ok(scopes.has(scope), scope);
  }
  assert.match(
    stderr,
    /Python version: 3\.12.*\n.*\n?🐍 Python version: 3\.10/,
  );
}, [{ what: "CPython 3.10", met: other !== undefined }]);

testPython("a Python that becomes something else ends the run", async () => {
  const script = "import os, time\n" +
    "def before():\n  time.sleep(0.3)\nbefore()\n" +
    "os.execvp('sleep', ['sleep', '2.5'])\n";
  const words = [...python!.command, "-S", "-c", script];
  await using run = startAustin(["-i5ms", "-t500", ...words]);
  const { code, stdout } = await run.ended;
  assert.equal(code, 0);
  const { trailer, samples } = parseCollapsed(stdout);
  assert.ok(Number(trailer[0]?.[1]) < 2_000_000);
  const times = samples.map(({ metrics }) => metrics[0]!);
  assert.ok(times.reduce((sum, time) => sum + time, 0) < 700_000);
});

testPython("an output that is not read at once loses nothing", async () => {
  await using target = await startTarget(python!, "split.py", [30, 60]);
  const script = '"$@" | { sleep 0.5; cat; }';
  const austin = [program, "-i1ms", "-x1", "-p", `${target.pid}`];
  await using run = startProgram(["sh", "-c", script, "sh", ...austin]);
  const { stdout } = await run.ended;
  parseCollapsed(stdout);
});

testPython("many runs can watch one process", async () => {
  await using target = await startTarget(python!, "threads.py", [30, 1, 1]);
  const words = ["-i10ms", "-x1", "-p", `${target.pid}`];
  const runs = [startAustin(words), startAustin(words)];
  for (
    const { code, stdout } of await Promise.all(runs.map((run) => run.ended))
  ) {
    assert.equal(code, 0);
    assert.ok(parseCollapsed(stdout).samples.length > 100);
  }
  await isUntouched(target);
});
