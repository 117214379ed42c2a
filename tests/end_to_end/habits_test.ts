/** The command lines that people have in their shells' histories, word for word, and the tools at the other end of the pipe. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { type Python, pythons } from "../../scripts/pythons.ts";
import { escapeName } from "../../src/output/escape.ts";
import { startProgram, targetCommand } from "../support/austin.ts";
import { parseCollapsed } from "../support/collapsed.ts";
import { flameGraph, flameGraphFolder } from "../support/flame_graph.ts";
import { inFolder } from "../support/folder.ts";
import { type Need, testNeeding, tool } from "../support/needs.ts";
import { type Outcome, program } from "../support/program.ts";
import { type PlainProfile, readPlain } from "../support/profile.ts";
import { pipInstall, type PythonPackages } from "../support/python_packages.ts";
import { startTarget } from "../support/target.ts";

const [python] = await pythons(["3.12"]);

const packages: PythonPackages | null = await pipInstall([
  "austin-python==2.4.0",
]).catch(() => null);

const austinPython: Need = { what: "austin-python", met: packages !== null };

/** A name that would break a line and a frame. */
const ODD_FILE = "two\nlines;three\r.py";

/** What flamegraph.pl says: it has no use for the empty lines of the format. */
const IGNORED = /^Ignored 3 lines with invalid format$/m;

const SHARES = ["half", "three_tenths", "fifth"];

/** A shell in a folder of its own, in which `austin` is on the PATH. */
interface Shell {
  readonly folder: string;
  /** Runs a command line to its end. @throws {Error} when it fails. */
  run(line: string, env?: Record<string, string>): Promise<Outcome>;
  /** Words that start a target, quoted. */
  target(script: string, ...args: string[]): Promise<string>;
}

function testShell(
  name: string,
  fn: (shell: Shell, python: Python) => Promise<void>,
  needs: readonly Need[] = [],
): void {
  const python312 = { what: "CPython 3.12", met: python !== undefined };
  testNeeding([python312, ...needs], name, () =>
    inFolder(async (folder) => {
      const bin = join(folder, "bin");
      await Deno.mkdir(bin);
      await Deno.symlink(program, join(bin, "austin"));
      await fn(shellIn(folder, bin), python!);
    }));
}

function shellIn(folder: string, bin: string): Shell {
  const path = [bin, flameGraphFolder, Deno.env.get("PATH")].join(":");
  return {
    folder,
    async run(line, env = {}) {
      const words = ["bash", "-c", `set -o pipefail; ${line}`];
      const options = { cwd: folder, env: { PATH: path, ...env } };
      await using shell = startProgram(words, options);
      const outcome = await shell.ended;
      assert.equal(outcome.code, 0, `${line}: ${outcome.stderr}`);
      return outcome;
    },
    async target(script, ...args) {
      const words = await targetCommand(python!, script, args);
      return words.map(quoted).join(" ");
    },
  };
}

/** @returns how flamegraph.pl writes a frame that has no character that means something in XML, beside these. */
function asDrawn(frame: string): string {
  return frame.replaceAll("<", "(").replaceAll(">", ")");
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

function scopesOf({ samples }: PlainProfile): Set<string> {
  return new Set(
    samples.flatMap(({ frames }) => frames.map(({ scope }) => scope)),
  );
}

async function read(file: string): Promise<PlainProfile> {
  const profile = readPlain(await Deno.readFile(file));
  assert.equal(profile.error, null);
  return profile;
}

testShell(
  "austin -i 1ms ./test.py | sed '/^#/d' | flamegraph.pl",
  async ({ folder, run, target }) => {
    // The kernel passes all that follows the first blank on as one word.
    const script = `#!/bin/sh\nexec ${await target("split.py", "0.5")}\n`;
    await Deno.writeTextFile(join(folder, "test.py"), script);
    await Deno.chmod(join(folder, "test.py"), 0o755);
    const { stdout, stderr } = await run(
      "austin -i 1ms ./test.py | sed '/^#/d' | flamegraph.pl",
    );
    assert.match(stderr, IGNORED);
    assert.match(stdout, /<svg [^>]*>[^]*<\/svg>\n$/);
    for (const scope of ["nest", "rounds", ...SHARES]) {
      assert.match(
        stdout,
        new RegExp(`<title>\\S+split\\.py:${scope}:\\d+ \\(`),
      );
    }
  },
  [flameGraph],
);

testShell(
  "names of any kind survive flamegraph.pl",
  async ({ run, target }) => {
    const command = await target("names.py", "0.4");
    const { stdout, stderr } = await run(
      `austin -i 1ms -o samples.austin ${command} > facts &&
        sed '/^#/d' samples.austin | flamegraph.pl`,
    );
    assert.match(stderr, IGNORED);
    assert.ok(
      stdout.includes(
        "<title>two\\x0alines\\x3bthree\\x0d.py:two\\x0alines:2 (",
      ),
    );
    const { stdout: json } = await run("sed -n 's/^ready //p' facts");
    for (const [, file, scope] of JSON.parse(json).names) {
      const frame = `${escapeName(file)}:${escapeName(scope)}:2`;
      assert.ok(stdout.includes(`<title>${asDrawn(frame)} (`), frame);
    }
  },
  [flameGraph],
);

testShell(
  "a name with a semicolon and a line feed survives both readers",
  async ({ folder, run, target }) => {
    const command = await target("names.py", "0.4");
    await run(`austin -i 1ms -o samples.austin ${command} > facts`);
    await run(`austin -i 1ms -o samples.mojo ${command} > facts`);
    const filesOf = ({ samples }: PlainProfile) =>
      new Set(samples.flatMap(({ frames }) => frames.map(({ file }) => file)));
    const text = filesOf(await read(join(folder, "samples.austin")));
    assert.ok(text.has("two\\x0alines\\x3bthree\\x0d.py"));
    assert.ok(filesOf(await read(join(folder, "samples.mojo"))).has(ODD_FILE));
  },
);

testShell(
  "austin -Cp $(pgrep -f NAME)",
  async ({ run }, python) => {
    // In the environment, since this shell is a process with a command line too.
    const name = `austin-habit-${crypto.randomUUID()}`;
    await using target = await startTarget(python, "children.py", [
      30,
      1,
      name,
    ]);
    const { stdout } = await run(
      'austin -x 1 -i 5ms -Cp $(pgrep -f "$NAME")',
      { NAME: name },
    );
    const { samples } = parseCollapsed(stdout);
    const pids = new Set(samples.map(({ pid }) => pid));
    assert.deepEqual(pids, new Set([target.pid, ...target.facts["children"]]));
  },
  [tool("pgrep")],
);

testShell("austin -Pi 1s python", async ({ run, target }) => {
  const command = await target("split.py", "1.3");
  const { stdout, stderr } = await run(`austin -Pi 1s ${command}`);
  const { head, samples } = parseCollapsed(stdout);
  assert.equal(new Map(head).get("interval"), "1000000");
  assert.match(new Map(head).get("python") ?? "", /^3\.12\./);
  assert.ok(samples.length >= 2);
  assert.equal(stderr, "");
});

testShell(
  "austin -b -o x.mojo, then mojo2austin",
  async ({ folder, run, target }) => {
    const command = await target("split.py", "0.5");
    await run(`austin -b -i 1ms -o x.mojo ${command} > facts`);
    const mojo2austin =
      "from austin.format.collapsed_stack import main; main()";
    const words = [...packages!.python.command, "-c", mojo2austin];
    await run(`${words.map(quoted).join(" ")} x.mojo x.austin`, {
      PYTHONPATH: packages!.folder,
    });
    const ours = await read(join(folder, "x.mojo"));
    const theirs = await read(join(folder, "x.austin"));
    assert.ok(scopesOf(ours).has("half"));
    assert.deepEqual(theirs.metadata, ours.metadata);
    // Text has neither columns nor the last line, and it passes over what is invalid.
    const unknown = { endLine: 0, column: 0, endColumn: 0 };
    assert.deepEqual(
      theirs.samples,
      ours.samples.map((sample) => ({
        ...sample,
        isInvalid: false,
        frames: sample.frames.map((frame) => ({ ...frame, ...unknown })),
      })),
    );
  },
  [austinPython],
);

testShell(
  "AUSTIN_FORMAT=mojo austin python",
  async ({ folder, run, target }) => {
    const command = await target("split.py", "0.3");
    await run(`AUSTIN_FORMAT=mojo austin -i 1ms ${command} > samples`);
    await run(`austin -i 1ms -o other ${command}`, { AUSTIN_FORMAT: "mojo" });
    for (const name of ["samples", "other"]) {
      const file = join(folder, name);
      const magic = (await Deno.readFile(file)).subarray(0, 3);
      assert.equal(new TextDecoder().decode(magic), "MOJ");
      assert.ok(scopesOf(await read(file)).has("half"));
    }
  },
);

testShell("austin -sCi 10ms python", async ({ run, target }) => {
  const command = await target("split.py", "0.3");
  const { stdout } = await run(`austin -sCi 10ms ${command}`);
  const { head, samples } = parseCollapsed(stdout);
  const known = new Map(head);
  assert.equal(known.get("interval"), "10000");
  assert.equal(known.get("mode"), "cpu");
  assert.equal(known.get("multiprocess"), "on");
  assert.ok(samples.length > 0);
});

testShell("austin --in=1ms python", async ({ run, target }) => {
  const command = await target("split.py", "0.2");
  const { stdout } = await run(`austin --in=1ms ${command}`);
  const { head } = parseCollapsed(stdout);
  assert.equal(new Map(head).get("interval"), "1000");
});
