/** What the options do to a run, and what the command gets of it. */

import assert from "node:assert/strict";
import { pythons } from "../../scripts/pythons.ts";
import { root } from "../../scripts/tree.ts";
import {
  austin,
  type AustinOptions,
  startAustin,
  targetCommand,
} from "../support/austin.ts";
import { parseCollapsed } from "../support/collapsed.ts";
import { testEachPython } from "../support/each_python.ts";
import { inFolder } from "../support/folder.ts";
import { testNeeding } from "../support/needs.ts";
import { startTarget } from "../support/target.ts";

const [python] = await pythons(["3.12"]);
const command = python?.command ?? [];

/** Defines a test that needs some CPython. */
function testPython(name: string, fn: () => Promise<void>): void {
  const need = { what: "CPython 3.12", met: python !== undefined };
  testNeeding([need], name, fn);
}

/** A program that lives long enough to be sampled. */
const NAP = ["-S", "-c", "import time; time.sleep(0.1)"];

for (
  const [words, interval] of [
    [["-i", "20ms"], "20000"],
    [["-i20ms"], "20000"],
    [["-Pi1ms"], "1000"],
    [["-P", "--interval=1s"], "1000000"],
    [["--interv", "300us"], "300"],
    [["-i", "1234"], "1234"],
    [["-i0", "-x1"], "0"],
    [[], "100"],
  ] as const
) {
  testPython(
    `austin ${words.join(" ")} samples every ${interval} us`,
    async () => {
      const { code, stdout } = await austin([...words, ...command, ...NAP]);
      assert.equal(code, 0);
      const { head, samples } = parseCollapsed(stdout);
      assert.deepEqual(head[1], ["interval", interval]);
      assert.ok(samples.length > 0);
    },
  );
}

for (
  const [name, words] of [
    ["without --", []],
    ["after --", ["--"]],
    ["after an option and --", ["-i5ms", "--"]],
  ] as const
) {
  testPython(
    `the command has all words ${name}`,
    () =>
      inFolder(async (folder) => {
        const show = "import sys, time; time.sleep(0.1); print(sys.argv[1:])";
        const args = ["-i", "20ms", "--", "-V", "-x1", "--help", "", "a b"];
        const { code, stdout } = await austin([
          "-o",
          `${folder}/out`,
          ...words,
          ...command,
          "-S",
          "-c",
          show,
          ...args,
        ]);
        assert.equal(code, 0);
        const shown = args.map((arg) => `'${arg}'`).join(", ");
        assert.equal(stdout, `[${shown}]\n`);
      }),
  );
}

/** Prints what it reads, and says so on standard error. */
const TALK = "import sys, time; time.sleep(0.1);" +
  "print('read', sys.stdin.read()); print('told', file=sys.stderr)";

/** Runs a program that talks. @returns what was printed, and the samples. */
async function talk(
  args: readonly string[],
  options: AustinOptions,
): Promise<{ stdout: string; stderr: string }> {
  const words = [...args, ...command, "-S", "-c", TALK];
  const { code, stdout, stderr } = await austin(["-P", ...words], options);
  assert.equal(code, 0);
  return { stdout, stderr };
}

testPython("the command's output is not among the samples", async () => {
  const { stdout, stderr } = await talk([], { stdin: "hello" });
  assert.ok(parseCollapsed(stdout).samples.length > 0);
  assert.equal(stdout.includes("hello"), false);
  assert.equal(stderr, "told\n");
});

testPython(
  "the command's output is ours with -o",
  () =>
    inFolder(async (folder) => {
      const file = `${folder}/out`;
      const outcome = await talk(["-o", file], { stdin: "hello" });
      assert.deepEqual(outcome, { stdout: "read hello\n", stderr: "told\n" });
      const { samples } = parseCollapsed(await Deno.readTextFile(file));
      assert.ok(samples.length > 0);
    }),
);

testPython(
  "-o replaces what was in the file",
  () =>
    inFolder(async (folder) => {
      await Deno.writeTextFile(`${folder}/out`, "old\n".repeat(100_000));
      const args = ["-i10ms", "-o", "out", ...command, ...NAP];
      const { code } = await austin(args, { cwd: folder });
      assert.equal(code, 0);
      parseCollapsed(await Deno.readTextFile(`${folder}/out`));
    }),
);

testPython("-x1 ends after a second", async () => {
  await using target = await startTarget(python!, "idle.py", [30]);
  const { stdout } = await austin(["-x1", "-i10ms", "-p", `${target.pid}`]);
  const [, duration] = parseCollapsed(stdout).trailer[0] ?? [];
  assert.ok(Number(duration) >= 1_000_000 && Number(duration) < 1_200_000);
});

testPython("-x0 goes on until the process ends", async () => {
  await using target = await startTarget(python!, "idle.py", [1]);
  const { code } = await austin(["-x0", "-i10ms", "-p", `${target.pid}`]);
  assert.equal(code, 0);
  await target.ended();
});

testPython("-P writes each sample as it is taken", async () => {
  await using target = await startTarget(python!, "idle.py", [30]);
  await using run = startAustin(["-P", "-i200ms", "-p", `${target.pid}`]);
  await run.until(() => run.stdout.split("\nP").length > 2);
  assert.ok(run.stdout.endsWith("\n"));
  run.kill("SIGINT");
  await run.ended;
});

testEachPython(
  "austin launches a program and sees its own functions",
  async (python) => {
    const args = await targetCommand(python, "split.py", ["0.5", "5"]);
    const { code, stdout } = await austin(["-i5ms", ...args]);
    assert.equal(code, 0);
    const scopes = new Set(
      parseCollapsed(stdout).samples.flatMap(({ stack }) =>
        stack.frames.map(({ scope }) => scope)
      ),
    );
    for (const scope of ["<module>", "nest", "rounds", "half"]) {
      assert.ok(scopes.has(scope), scope);
    }
  },
);

Deno.test("austin --licenses prints the notices of everything inside the file", async () => {
  const { code, stdout, stderr } = await austin(["--licenses"]);
  const notices = `${root}/share/licenses/NOTICES.txt`;
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
  assert.match(
    stdout,
    /^Inside this file: austin, Deno \d+\.\d+\.\d+, V8 \d+\./,
  );
  assert.ok(stdout.endsWith(await Deno.readTextFile(notices)));
});
