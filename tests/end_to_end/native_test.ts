/** Stacks of machine code with Python's frames in them, against programs whose calls are known. */

import assert from "node:assert/strict";
import { type Python, pythons, type Version } from "../../scripts/pythons.ts";
import { austin, startAustin } from "../support/austin.ts";
import {
  type Collapsed,
  type CollapsedSample,
  parseCollapsed,
} from "../support/collapsed.ts";
import { testEachPython } from "../support/each_python.ts";
import { nativePlaces, OUTER_CALL_LINE } from "../support/native_places.ts";
import { startTarget, type Target } from "../support/target.ts";
import { inFolder } from "../support/folder.ts";
import { testNeeding, tool } from "../support/needs.ts";
import { run } from "../support/program.ts";
import { pipInstall } from "../support/python_packages.ts";

/** Those with headers here. */
const WITH_HEADERS: Version[] = ["3.8", "3.9", "3.10", "3.11", "3.12", "3.13"];

/** Lines of output: two threads, and what is mapped. */
const ENOUGH = 400;

/** Of a hundred stacks; a thread that does not get a CPU in time counts as one. */
const MAX_INVALID = 5;

const PYTHON = ["level_1", "level_2", "level_3", "level_4"];

/** What the program goes through, from the root. */
const CALLS = [
  "level_1",
  "outer_place",
  "inner_place",
  "level_2",
  "level_3",
  "callback_place",
  "level_4",
];

/** Samples the target. @returns stacks of its thread that spins and of the one that rests. */
async function sampleBoth(
  python: Python,
  kind: "ctypes" | "extension" | "untabled",
) {
  await using places = await nativePlaces(python, kind);
  await using target = await startTarget(python, "native_stacks.py", [
    30,
    places.folder,
    kind,
  ]);
  const { samples, head } = await sampleSome(target);
  await target.finish();
  return {
    head,
    file: target.script,
    spinning: samples.filter(({ tid }) => tid === target.facts.spinning),
    resting: samples.filter(({ tid }) => tid === target.pid),
  };
}

/** Samples until there are enough, however long a busy machine takes for them. */
async function sampleSome({ pid }: Target): Promise<Collapsed> {
  const lines: string[] = [];
  await using run = startAustin(["-n", "-i2ms", "-p", `${pid}`], {
    onLine: (line) => void lines.push(line),
  });
  await run.until(() => lines.length > ENOUGH);
  run.kill("SIGINT");
  const { code, stderr } = await run.ended;
  assert.equal(code, 254, stderr);
  return parseCollapsed(lines.map((line) => `${line}\n`).join(""));
}

const isNative = (file: string) => file.startsWith("native@");

function scopes(sample: CollapsedSample): string[] {
  return sample.stack.frames.map(({ scope }) => scope);
}

function checkInterleaving(
  samples: readonly CollapsedSample[],
  leaf: string,
  file: string,
): void {
  const whole = samples.filter(({ stack }) => !stack.isInvalid);
  const invalid = samples.length - whole.length;
  assert.ok(samples.length > 20, `${samples.length} samples`);
  assert.ok(
    invalid * 100 <= MAX_INVALID * samples.length,
    `${invalid} of ${samples.length} stacks are not whole`,
  );
  for (const sample of whole) {
    const all = scopes(sample);
    const calls = [...CALLS, leaf];
    assert.deepEqual(all.filter((scope) => calls.includes(scope)), calls);
    const own = sample.stack.frames.filter((frame) => frame.file === file);
    assert.deepEqual(
      own.map(({ scope }) => scope).filter((scope) => scope !== "<module>"),
      [...PYTHON, leaf],
    );
    const [first] = sample.stack.frames;
    assert.ok(isNative(first!.file), `it begins with ${first!.scope}`);
    const sort = sample.stack.frames.slice(
      all.indexOf("level_2") + 1,
      all.indexOf("level_3"),
    );
    assert.ok(sort.length > 0 && sort.every(({ file }) => isNative(file)));
  }
}

for (const kind of ["ctypes", "extension"] as const) {
  testEachPython(
    `-n puts Python's frames where they belong, called by ${kind}`,
    async (python) => {
      const { spinning, resting, file, head } = await sampleBoth(python, kind);
      checkInterleaving(spinning, "spin", file);
      checkInterleaving(resting, "rest", file);
      assert.ok(
        resting.every((sample) =>
          !scopes(sample).includes("_PyEval_EvalFrameDefault")
        ),
        "a loop of a thread that rests is not its frames",
      );
      const maps = head.filter(([key]) => key === "map");
      assert.ok(
        maps.some(([, value]) =>
          /^[0-9a-f]+-[0-9a-f]+ \/.*libplaces\.so$/.test(value)
        ),
        `${maps.length} maps`,
      );
    },
    kind === "extension" ? WITH_HEADERS : undefined,
  );
}

testEachPython(
  "-n gives Python's frames alone, marked, where machine code cannot be unwound",
  async (python) => {
    const { spinning, resting, file } = await sampleBoth(python, "untabled");
    for (
      const [samples, leaf] of [[spinning, "spin"], [resting, "rest"]] as const
    ) {
      assert.ok(samples.length > 20, `${samples.length} samples`);
      for (const { stack } of samples) {
        assert.ok(stack.isInvalid);
        assert.ok(stack.frames.every((frame) => !isNative(frame.file)));
        const own = stack.frames.filter((frame) => frame.file === file);
        assert.deepEqual(
          own.map(({ scope }) => scope).filter((scope) => scope !== "<module>"),
          [...PYTHON, leaf],
        );
      }
    }
  },
  ["3.8", "3.11", "3.13", "3.15"],
);

const [python] = await pythons(["3.12"]);

/** What source lines are told by. */
const LINES = [
  { what: "CPython 3.12", met: python !== undefined },
  tool("addr2line"),
];

/** Gives a test a target whose C has debug information. */
async function withTarget(
  test: (target: Target, folder: string) => Promise<void>,
): Promise<void> {
  await using places = await nativePlaces(python!, "ctypes");
  await using target = await startTarget(python!, "native_stacks.py", [
    60,
    places.folder,
    "ctypes",
  ]);
  await inFolder((folder) => test(target, folder));
}

testNeeding(
  LINES,
  "-n -w shows source lines of machine code, or where it is in its file",
  () =>
    withTarget(async ({ pid }) => {
      const { code, stdout, stderr } = await austin(["-n", "-w", `${pid}`]);
      assert.equal(code, 0, stderr);
      const call = new RegExp(
        `^    outer_place \\(/.*/libplaces\\.so\\.c:${OUTER_CALL_LINE}\\)$`,
        "m",
      );
      assert.match(stdout, call);
      assert.match(stdout, /^ {4}level_1 \(.*native_stacks\.py:\d+\)$/m);
      assert.match(stdout, /^ {4}_start \(\/.*python3\.12:0x[0-9a-f]+\)$/m);
      const json = await austin(["-n", "-w", `${pid}`, "--json"]);
      const { processes } = JSON.parse(json.stdout);
      const frames = processes[0].threads.flatMap(
        ({ frames }: { frames: object[] }) => frames,
      );
      const { file, address, module, ...rest } = frames.find(
        ({ scope }: { scope: string }) => scope === "outer_place",
      );
      assert.match(file, /libplaces\.so\.c$/);
      assert.match(module, /libplaces\.so$/);
      const truth = await run(["addr2line", "-e", module, address]);
      assert.equal(
        truth.stdout.trim().replace(/ .*/, ""),
        `${file}:${rest.line}`,
      );
      assert.equal(rest.kind, "native");
      const bare = await austin(["-n", "-w", `${pid}`], {
        env: { PATH: "/nowhere" },
      });
      assert.match(
        bare.stderr,
        /there is no addr2line\nhint: install binutils/,
      );
      assert.match(bare.stdout, /^ {4}outer_place \(.*libplaces\.so:0x\w+\)$/m);
    }),
);

testNeeding(
  LINES,
  "--resolve gives the machine code of a file its source lines",
  () =>
    withTarget(async ({ pid, script }, folder) => {
      for (const name of ["a.austin", "a.mojo"]) {
        const file = `${folder}/${name}`;
        const sampled = await austin(
          ["-n", "-x2", "-i2ms", "-o", file, "-p", `${pid}`],
        );
        assert.equal(sampled.code, 0, sampled.stderr);
        const { code, stdout, stderr } = await austin(
          ["--resolve", "--from", file, "--format", "text"],
        );
        assert.equal(code, 0, stderr);
        await checkLink(folder, file);
        const { samples } = parseCollapsed(stdout);
        const whole = samples.filter(({ stack }) => !stack.isInvalid);
        assert.ok(whole.length > 0);
        for (const { stack } of whole) {
          assert.ok(stack.frames.every((frame) => !isNative(frame.file)));
          const call = stack.frames.find(({ scope }) =>
            scope === "outer_place"
          );
          assert.match(call!.file, /\/libplaces\.so\.c$/);
          assert.equal(call!.line, OUTER_CALL_LINE);
          assert.ok(stack.frames.some((frame) => frame.file === script));
        }
      }
    }),
);

Deno.test("-n shows numpy between the functions that it connects", async () => {
  const { python, folder } = await pipInstall(["numpy==1.26.4"]);
  await using target = await startTarget(python, "numpy_calls.py", [60], {
    env: { PYTHONPATH: folder },
  });
  const { samples } = await sampleSome(target);
  const calls = samples.filter(({ stack }) => !stack.isInvalid)
    .map((sample) => ({ sample, names: scopes(sample) }))
    .filter(({ names }) => names.includes("inner"));
  assert.ok(calls.length > 20, `${calls.length} calls`);
  for (const { sample, names } of calls) {
    const between = sample.stack.frames.slice(
      names.indexOf("outer") + 1,
      names.indexOf("inner"),
    );
    assert.ok(between.every(({ file }) => isNative(file)));
    assert.ok(
      between.some(({ scope }) => /ufunc|umath/i.test(scope)),
      between.map(({ scope }) => scope).join(", "),
    );
  }
});

/** A link named `austinp-resolve` does the same, in the form of its input. */
async function checkLink(folder: string, file: string): Promise<void> {
  assert.equal((await austin(["--links", `${folder}/links`])).code, 0);
  const output = `${folder}/resolved`;
  const { code, stderr } = await run(
    [`${folder}/links/austinp-resolve`, file, output],
  );
  assert.equal(code, 0, stderr);
  const start = (path: string) => Deno.readTextFileSync(path).slice(0, 3);
  assert.equal(start(output), start(file));
  assert.match(await Deno.readTextFile(output), /libplaces\.so\.c/);
}
