/** `austin --from FILE`: recorded profiles in other forms, by the built program. */

import assert from "node:assert/strict";
import { gunzipSync } from "node:zlib";
import { ExitCode } from "../../src/errors.ts";
import { austin, startAustin } from "../support/austin.ts";
import { inFolder } from "../support/folder.ts";
import { readPlain } from "../support/profile.ts";

const GOLDEN = `${import.meta.dirname}/../golden`;
const WALL = `${GOLDEN}/austin_3_7_wall.mojo`;

Deno.test.each([["wall"], ["cpu"], ["memory"], ["full"], ["children"]])(
  "austin --from reads what Austin 3.7.0 has written, both ways: %s",
  async (mode) => {
    const [text, mojo] = ["txt", "mojo"].map((extension) =>
      `${GOLDEN}/austin_3_7_${mode}.${extension}`
    );
    for (const path of [text!, mojo!]) {
      const { code, stdout, stderr } = await austin(["--from", path]);
      assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
      const ours = readPlain(new TextEncoder().encode(stdout));
      const theirs = readPlain(await Deno.readFile(path));
      assert.deepEqual(ours.metadata, theirs.metadata);
      assert.deepEqual(
        ours.samples.map(({ timeUs, memoryBytes, isIdle }) => [
          timeUs,
          memoryBytes,
          isIdle,
        ]),
        theirs.samples.map(({ timeUs, memoryBytes, isIdle }) => [
          timeUs,
          memoryBytes,
          isIdle,
        ]),
      );
    }
  },
);

Deno.test("austin --from tells the format by the name of the output", () =>
  inFolder(async (folder) => {
    const kinds: [string, (bytes: Uint8Array) => void][] = [
      ["a.mojo", (bytes) => assert.equal(textOf(bytes).slice(0, 3), "MOJ")],
      ["a.austin", (bytes) => assert.equal(bytes[0], 0x23)],
      ["a.speedscope.json", (bytes) => JSON.parse(textOf(bytes))],
      ["a.pb.gz", (bytes) => assert.ok(gunzipSync(bytes).length > 0)],
    ];
    for (const [name, check] of kinds) {
      const output = `${folder}/${name}`;
      const { code } = await austin(["--from", WALL, "-o", output]);
      assert.equal(code, 0, name);
      check(await Deno.readFile(output));
    }
  }));

Deno.test("austin --from - reads standard input", async () => {
  const text = await Deno.readTextFile(`${GOLDEN}/austin_3_7_wall.txt`);
  const { code, stdout } = await austin(["--from", "-"], { stdin: text });
  assert.equal(code, 0);
  assert.deepEqual(samplesOf(stdout), samplesOf(text));
});

Deno.test("austin --from - shows in pipe mode what has come so far", async () => {
  await using run = startAustin(["-P", "--from", "-"], { stdin: "open" });
  await run.write("# mode: wall\n\nP1;T0:1;a.py:f:1 10\nP1;T0:1;a.py:f:1 20\n");
  await run.until(() => run.stdout.includes("a.py:f:1 20\n"));
});

Deno.test("austin --from - ends with what it has on a signal", async () => {
  await using run = startAustin(
    ["--from", "-", "--format", "summary"],
    { stdin: "open" },
  );
  await run.write("# mode: wall\n\nP1;T0:1;a.py:f:1 10\n");
  // It listens before it reads.
  await new Promise((resolve) => setTimeout(resolve, 300));
  run.kill("SIGINT");
  const { code, stdout } = await run.ended;
  assert.equal(code, 254);
  assert.match(stdout, /f \(a\.py\)/);
});

Deno.test("austin --from writes what is readable of a cut file, and says where it ends", () =>
  inFolder(async (folder) => {
    const bytes = await Deno.readFile(WALL);
    const cut = `${folder}/cut.mojo`;
    await Deno.writeFile(cut, bytes.subarray(0, bytes.length / 2 | 0));
    const { code, stdout, stderr } = await austin(["--from", cut]);
    assert.equal(code, ExitCode.profile);
    assert.match(stderr, /^austin: Cannot read the profile: .* at byte \d+\n/);
    assert.ok(samplesOf(stdout).length > 3);
    const whole = await austin(["--from", WALL]);
    assert.ok(whole.stdout.startsWith(stdout.trimEnd()));
  }));

Deno.test.each([
  ["nothing", "", /it is empty/],
  ["something else", "GIF89a, or so it seems", /none of a known format/],
])(
  "austin --from refuses %s, and leaves the output alone",
  (_, text, message) =>
    inFolder(async (folder) => {
      const output = `${folder}/out.austin`;
      await Deno.writeTextFile(output, "precious");
      await Deno.writeTextFile(`${folder}/in`, text);
      const { code, stderr } = await austin([
        "--from",
        `${folder}/in`,
        "-o",
        output,
      ]);
      assert.equal(code, ExitCode.profile);
      assert.match(stderr, message);
      assert.match(stderr, /\nhint: /);
      assert.equal(await Deno.readTextFile(output), "precious");
    }),
);

Deno.test("austin --from says what cannot be", async () => {
  const missing = await austin(["--from", "/no/such/file"]);
  assert.equal(missing.code, ExitCode.noInput);
  assert.match(missing.stderr, /Cannot read '\/no\/such\/file': /);
  const folder = await austin(["--from", "/"]);
  assert.equal(folder.code, ExitCode.noInput);
  const both = await austin(["--from", WALL, "-p", "1"]);
  assert.equal(both.code, ExitCode.usage);
  const nowhere = await austin(["--from", WALL, "--format", "heatmap"]);
  assert.equal(nowhere.code, ExitCode.usage);
  assert.match(nowhere.stderr, /folder/);
});

Deno.test("austin --from does not overwrite what it reads", () =>
  inFolder(async (folder) => {
    const file = `${folder}/a.mojo`;
    await Deno.copyFile(WALL, file);
    const before = await Deno.readFile(file);
    const { code, stderr } = await austin(["--from", file, "-o", file]);
    assert.equal(code, ExitCode.outputFile);
    assert.match(stderr, /is the file that is read/);
    assert.deepEqual(await Deno.readFile(file), before);
  }));

Deno.test("austin --from says that there are no samples", async () => {
  const { code, stdout, stderr } = await austin(["--from", "-"], {
    stdin: "# mode: wall\n\n",
  });
  assert.equal(code, 0);
  assert.match(stdout, /mode: wall/);
  assert.match(stderr, /There are no samples in standard input/);
});

Deno.test("austin --from compares, selects and adds up", () =>
  inFolder(async (folder) => {
    const one = `${folder}/one.austin`;
    await Deno.writeTextFile(
      one,
      "# mode: wall\n\nP1;T0:1;a.py:f:1 10\nP1;T0:2;a.py:g:1 5\nP1;T0:1;a.py:f:1 20\n",
    );
    const added = await austin(["--from", one, "--aggregate"]);
    assert.deepEqual(samplesOf(added.stdout), [
      "P1;T0:1;a.py:f:1 30",
      "P1;T0:2;a.py:g:1 5",
    ]);
    const selected = await austin(["--from", one, "--select", "thread=2"]);
    assert.deepEqual(samplesOf(selected.stdout), ["P1;T0:2;a.py:g:1 5"]);
    const base = `${folder}/base.austin`;
    await Deno.writeTextFile(base, selected.stdout);
    const changed = await austin(["--from", one, "--diff", base]);
    assert.deepEqual(samplesOf(changed.stdout), ["P0;T0:0;a.py:f:1 30"]);
  }));

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function samplesOf(text: string): string[] {
  return text.split("\n").filter((line) => line.startsWith("P"));
}

Deno.test("austin --from keeps threads that have only a name", () =>
  inFolder(async (folder) => {
    const text = "# mode: wall\n\nP1;T0:Thread-1 (f);a.py:f:1 10\n";
    const mojo = `${folder}/a.mojo`;
    await austin(["--from", "-", "-o", mojo], { stdin: text });
    const { stdout } = await austin(["--from", mojo]);
    assert.deepEqual(samplesOf(stdout), samplesOf(text));
  }));
