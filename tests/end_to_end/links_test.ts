/** The names by which the built program is another one. */

import assert from "node:assert/strict";
import { LINK_NAMES, TOOL_NAMES } from "../../src/cli/tool_names.ts";
import { ExitCode } from "../../src/errors.ts";
import { austin } from "../support/austin.ts";
import { inFolder } from "../support/folder.ts";
import { type Outcome, program, run } from "../support/program.ts";

const GOLDEN = `${import.meta.dirname}/../golden`;
const MOJO = `${GOLDEN}/austin_3_7_full.mojo`;

/** Gives a test a folder of links, and what starts one of them in it. */
async function withLinks(
  test: (
    start: (name: string, ...args: string[]) => Promise<Outcome>,
    folder: string,
  ) => Promise<void>,
): Promise<void> {
  await inFolder(async (folder) => {
    const { code, stdout, stderr } = await austin(["--links", folder]);
    assert.deepEqual({ code, stdout, stderr }, {
      code: 0,
      stdout: "",
      stderr: "",
    });
    await test(
      (name, ...args) => run([`${folder}/${name}`, ...args], { cwd: folder }),
      folder,
    );
  });
}

Deno.test("austin --links makes every link, again and again, and over nothing else", () =>
  withLinks(async (_, folder) => {
    assert.equal((await austin(["--links", folder])).code, 0);
    for (const name of LINK_NAMES) {
      const target = await Deno.realPath(`${folder}/${name}`);
      assert.equal(target, await Deno.realPath(program));
    }
    await Deno.remove(`${folder}/austin-diff`);
    await Deno.writeTextFile(`${folder}/austin-diff`, "precious");
    const { code, stderr } = await austin(["--links", folder]);
    assert.equal(code, ExitCode.outputFile);
    assert.match(stderr, /Unable to make the link '.*austin-diff'/);
    assert.equal(
      await Deno.readTextFile(`${folder}/austin-diff`),
      "precious",
    );
  }));

Deno.test("the links say what they are, and what they lack", () =>
  withLinks(async (start) => {
    for (const name of TOOL_NAMES) {
      const { code, stdout } = await start(name, "--help");
      assert.equal(code, 0, name);
      assert.ok(stdout.startsWith(`Usage: ${name} `), stdout);
    }
    const { code, stderr } = await start("austin-diff", "a");
    assert.equal(code, ExitCode.usage);
    assert.match(
      stderr,
      /^austin-diff: the b argument is missing\nTry `austin/,
    );
    const extra = await start("mojo2austin", "a", "b", "c");
    assert.match(extra.stderr, /^mojo2austin: unrecognized argument 'c'/);
  }));

Deno.test("mojo2austin makes text of all that MOJO says", () =>
  withLinks(async (start, folder) => {
    const { code } = await start("mojo2austin", MOJO, "a.austin");
    assert.equal(code, 0);
    const direct = await austin(["--from", MOJO]);
    const made = await Deno.readTextFile(`${folder}/a.austin`);
    assert.equal(made, direct.stdout);
    assert.match(made, /\d+,[01],-?\d+\n/);
  }));

Deno.test("austin2speedscope and austin2pprof take their options anywhere", () =>
  withLinks(async (start, folder) => {
    await start("austin2speedscope", MOJO, "a.json", "--indent", "2");
    await start("austin2speedscope", "--indent=2", MOJO, "b.json");
    const [a, b] = await Promise.all(
      ["a", "b"].map((name) => Deno.readTextFile(`${folder}/${name}.json`)),
    );
    assert.equal(a, b);
    assert.match(a!, /^\{\n {2}"\$schema"/);
    assert.ok(JSON.parse(a!).profiles.length > 0);
    assert.equal((await start("austin2pprof", MOJO, "a.pprof")).code, 0);
    const gzip = await Deno.readFile(`${folder}/a.pprof`);
    assert.deepEqual([...gzip.subarray(0, 2)], [0x1f, 0x8b]);
  }));

Deno.test("austin-compress adds up, or counts", () =>
  withLinks(async (start, folder) => {
    await Deno.writeTextFile(
      `${folder}/a`,
      "# mode: wall\n\nP1;T0:1;a.py:f:1 10\nP1;T0:1;a.py:f:1 20\n",
    );
    await start("austin-compress", "a", "b");
    assert.match(await Deno.readTextFile(`${folder}/b`), /a\.py:f:1 30\n/);
    const { stdout } = await start("austin-compress", "-c", "a");
    assert.match(stdout, /a\.py:f:1 2\n/);
  }));

Deno.test("austin-diff tells what the first has more", () =>
  withLinks(async (start, folder) => {
    const head = "# mode: wall\n\n";
    await Deno.writeTextFile(
      `${folder}/a`,
      `${head}P1;T0:1;a.py:f:1 10\nP1;T0:1;a.py:g:1 1\n`,
    );
    await Deno.writeTextFile(
      `${folder}/b`,
      `${head}P1;T0:1;a.py:f:1 4\nP1;T0:1;a.py:g:1 2\n`,
    );
    await start("austin-diff", "a", "b", "-o", "c");
    const lines = (await Deno.readTextFile(`${folder}/c`)).split("\n");
    assert.deepEqual(lines.filter((line) => line.startsWith("P")), [
      "P0;T0:0;a.py:f:1 6",
    ]);
  }));
