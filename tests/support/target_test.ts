import assert from "node:assert/strict";
import { testEachPython } from "./each_python.ts";
import { startCommand, startTarget, TARGETS } from "./target.ts";
import { makeVenv } from "./venv.ts";

const SECONDS = 60;

testEachPython(
  "startTarget() waits until split.py is ready",
  async (python) => {
    await using target = await startTarget(python, "split.py", [SECONDS, 3]);
    assert.equal(target.facts.depth, 3);
    assert.equal(target.facts.file, target.script);
  },
);

testEachPython(
  "startTarget() starts everything.py, which has only the frames that it says it can have",
  async (python) => {
    await using target = await startTarget(python, "everything.py", [1]);
    assert.equal(target.facts.version, python.fullVersion);
    const { code, seen } = await target.ended();
    assert.ok(seen.length > 20);
    assert.deepEqual(
      seen.filter(([file, scope, line]: [string, string, number]) =>
        !isPossible(code[file]?.[scope], line)
      ),
      [],
    );
  },
);

function isPossible(
  ranges: [first: number, last: number][] | undefined,
  line: number,
): boolean {
  return ranges?.some(([first, last]) => first <= line && line <= last) ??
    false;
}

for (
  const [script, ...args] of [
    ["deep.py", SECONDS, 33],
    ["idle.py", SECONDS],
    ["workers.py", SECONDS],
    ["threads.py", SECONDS, 2, 2],
    ["interpreters.py", SECONDS, 2, 2],
    ["children.py", SECONDS, 2],
    ["children.py", SECONDS, 2, "fork"],
    ["churn.py", SECONDS],
    ["churn.py", SECONDS, "mixed"],
  ] as const
) {
  testEachPython(
    `Target.finish() ends ${script} ${args.slice(1).join(" ")}`.trimEnd(),
    async (python) => {
      await using target = await startTarget(python, script, args);
      await target.finish();
    },
  );
}

testEachPython(
  "startTarget() starts an interpreter by its link in a virtual environment",
  async (python) => {
    await using venv = await makeVenv(python);
    await using target = await startTarget(venv.python, "idle.py", [SECONDS]);
    await target.finish();
  },
);

testEachPython("Target.ended() tells what split.py did", async (python) => {
  await using target = await startTarget(python, "split.py", [0.3]);
  const { wall } = await target.ended();
  const total: number = wall.half + wall.three_tenths + wall.fifth;
  assert.ok(
    Math.abs(wall.half / total - 0.5) < 0.05,
    `half() had ${wall.half} s of ${total} s`,
  );
});

testEachPython(
  "startTarget() throws with the standard error of a script that fails",
  async (python) => {
    await assert.rejects(
      startTarget(python, "split.py", ["soon"]),
      /could not convert string to float/,
    );
  },
);

Deno.test("startCommand() kills what does not become ready in time", async () => {
  const command = ["sh", "-c", "echo starting; echo slow >&2; exec cat"];
  await assert.rejects(
    startCommand(command, "", { readyTimeoutMs: 50 }),
    /not ready in time\nslow/,
  );
});

Deno.test("startCommand() ends what a command started that is not ready in time", async () => {
  // A shell gives what it runs in the background another standard input.
  const command = ["sh", "-c", "exec 3<&0; cat <&3 >/dev/null & wait"];
  await assert.rejects(
    startCommand(command, "", { readyTimeoutMs: 50 }),
    /not ready in time/,
  );
});

Deno.test("startCommand() passes on what a command says besides being ready", async () => {
  const script = "echo early; echo 'ready {\"a\": 1}'; printf 'one\\ntwo'";
  await using target = await startCommand(["sh", "-c", script], "");
  assert.deepEqual(target.facts, { a: 1 });
  assert.deepEqual([
    await target.readLine(),
    await target.readLine(),
    await target.readLine(),
  ], ["one", "two", null]);
});

Deno.test("startCommand() keeps the process id through a wrapper that execs", async () => {
  const command = ["sh", "-c", 'echo "ready {\\"pid\\": $$}"; exec cat'];
  await using target = await startCommand(command, "", {
    wrapper: [`${TARGETS}/execs.sh`, "exec"],
  });
  assert.equal(target.facts.pid, target.pid);
});

Deno.test("Target.finish() throws when the target ends with a failure", async () => {
  await using target = await startCommand([
    "sh",
    "-c",
    "echo 'ready {}'; cat; echo broken >&2; exit 3",
  ], "");
  await assert.rejects(target.finish(), /ended with 3\nbroken/);
});

Deno.test("Target.kill() may be called again", async () => {
  await using target = await startCommand([
    "sh",
    "-c",
    "echo 'ready {}'; exec cat",
  ], "");
  await target.kill();
  await target.kill();
});
