/** What is said when there is nothing to sample, to the letter, and the exit codes that scripts know. */

import assert from "node:assert/strict";
import { pythons } from "../../scripts/pythons.ts";
import { austin, type AustinOptions, startProgram } from "../support/austin.ts";
import { inFolder } from "../support/folder.ts";
import { rootUser, testNeeding, tool } from "../support/needs.ts";
import { program } from "../support/program.ts";
import { startTarget } from "../support/target.ts";

const [python] = await pythons(["3.12"]);
const somePython = { what: "CPython 3.12", met: python !== undefined };

/** A process id that no process has: the kernel's are below 4194304. */
const NO_PID = "9999999";

const LAUNCH_HINT =
  "check its name, the PATH and its permissions; to sample a process that runs already, use `-p/--pid`";
const NOT_PYTHON_HINT =
  "if it only starts Python processes, sample those with `-C/--children`; " +
  "if it is a wrapper that becomes one by exec, give it more time with `-t/--timeout`";
const ENDED_HINT = "run it without austin to see what it does";
const NO_PROCESS_HINT = "it may have ended; look for its PID again";

/** What is said of a failure. */
interface Failure {
  readonly code: number;
  readonly message: string;
  readonly hint: string;
}

/** Runs a command line that fails, and checks all that it says. */
async function fails(
  words: readonly string[],
  { code, message, hint }: Failure,
  options: AustinOptions = {},
): Promise<void> {
  const outcome = await austin(["-P", ...words], options);
  // Process ids of what was launched cannot be known.
  const stderr = outcome.stderr.replace(/process \d+/g, "process N");
  assert.equal(stderr, `austin: ${message}\nhint: ${hint}\n`);
  assert.equal(outcome.stdout, "");
  assert.equal(outcome.code, code);
}

const noSuchProcess: Failure = {
  code: 36,
  message: "Cannot attach to process N: there is no such process",
  hint: NO_PROCESS_HINT,
};

const notPython: Failure = {
  code: 32,
  message: "Cannot attach: process N is not a Python process",
  hint: NOT_PYTHON_HINT,
};

for (
  const [words, failure] of [
    [["-p", NO_PID], noSuchProcess],
    [["-Cp", NO_PID], noSuchProcess],
    [["-t100", "sleep", "30"], notPython],
    [["no-such-command"], {
      code: 33,
      message:
        "Cannot launch the given command: 'no-such-command': there is no such program",
      hint: LAUNCH_HINT,
    }],
    [["-C", "no-such-command"], {
      code: 33,
      message:
        "Cannot launch the given command: 'no-such-command': there is no such program",
      hint: LAUNCH_HINT,
    }],
    [["/dev/null"], {
      code: 33,
      message:
        "Cannot launch the given command: '/dev/null': it may not be executed",
      hint: LAUNCH_HINT,
    }],
    [["true"], {
      code: 33,
      message:
        "Cannot launch the given command or it terminated too quickly: 'true' ended before its Python was found",
      hint:
        `${ENDED_HINT}; if it only starts other programs, add \`-C/--children\``,
    }],
    [["-C", "true"], {
      code: 33,
      message:
        "Cannot launch the given command or it terminated too quickly: 'true' ended before its Python was found",
      hint: ENDED_HINT,
    }],
    [["-C", "-t100ms", "sleep", "30"], {
      code: 39,
      message:
        "Cannot sample process N: it is not a Python process and has not spawned any child Python processes",
      hint:
        "if it needs more than 100 ms to start one, give it more time with `-t/--timeout`",
    }],
    [["-C", "-t100", "sh", "-c", "sleep 1; true"], {
      code: 39,
      message:
        "Cannot sample process N: it is not a Python process and has not spawned any child Python processes",
      hint:
        "if it needs more than 100 ms to start one, give it more time with `-t/--timeout`",
    }],
  ] as const
) {
  Deno.test(`austin ${words.join(" ")} fails with ${failure.code}`, () =>
    fails(words, failure));
}

Deno.test("austin -p of what is no Python fails with 32", async () => {
  await using sleeper = startProgram(["sleep", "30"]);
  await fails(["-t100", "-p", `${sleeper.pid}`], notPython);
});

Deno.test("what is no Python is ended when it was launched only", async () => {
  await inFolder(async (folder) => {
    const script = `echo $$ > "${folder}/pid"; exec sleep 30`;
    const { code } = await austin(["-t100", "sh", "-c", script]);
    assert.equal(code, 32);
    const pid = (await Deno.readTextFile(`${folder}/pid`)).trim();
    await assert.rejects(Deno.stat(`/proc/${pid}`), Deno.errors.NotFound);
  });
});

Deno.test("an output that cannot be made fails before anything starts", () =>
  inFolder(async (folder) => {
    const started = `${folder}/started`;
    const output = `${folder}/nowhere/samples`;
    await fails(["-o", output, "touch", started], {
      code: 255,
      message:
        `Unable to create the given output file: '${output}': No such file or directory (os error 2): open '${output}'`,
      hint: "name another file with `-o/--output`",
    });
    await assert.rejects(Deno.stat(started), Deno.errors.NotFound);
  }));

Deno.test("austin without anything to sample fails with 255", () =>
  fails(["-i10ms"], {
    code: 255,
    message:
      "Nothing to sample: I need either a command to run or a PID to attach to",
    hint: "`austin python3 script.py`, or `austin -p PID` (`-p/--pid`)",
  }));

for (
  const [words, complaint] of [
    [["--nope"], `${program}: unrecognized option '--nope'`],
    [["-z"], `${program}: invalid option -- 'z'`],
    [["-i"], `${program}: option requires an argument -- 'i'`],
    [
      ["-i", "1m"],
      "austin: the sampling interval must be a positive integer",
    ],
    [["-x", "soon"], "austin: the exposure must be a positive integer"],
    [["-t", "10us"], "austin: timeout must be a positive integer"],
    [["-p", "0"], "austin: invalid PID"],
    [
      ["-p", "1", "true"],
      "austin: the -p option is incompatible with the command argument",
    ],
  ] as const
) {
  Deno.test(`austin ${words.join(" ")} fails with 64`, async () => {
    const name = program.slice(program.lastIndexOf("/") + 1);
    const { code, stdout, stderr } = await austin(words);
    assert.equal(
      stderr,
      `${
        complaint.replace(/^austin:/, `${name}:`)
      }\nTry \`${name} --help' or \`${name} --usage' for more information.\n`,
    );
    assert.equal(stdout, "");
    assert.equal(code, 64);
  });
}

const PERMISSION_HINT =
  /^hint: use sudo; give austin the capability with `sudo setcap cap_sys_ptrace\+ep .*`; in Docker, start the container with `--cap-add SYS_PTRACE`.*\n$/;

for (
  const [options, what] of [
    [[], "process N"],
    [["-C", "-t100"], "process N or of its children"],
  ] as const
) {
  testNeeding(
    [rootUser, tool("setpriv"), somePython],
    `austin ${
      [...options, "-p PID"].join(" ")
    } of somebody else's process fails with 37`,
    async () => {
      await using target = await startTarget(python!, "idle.py", [30]);
      const { code, stdout, stderr } = await austin(
        ["-P", ...options, "-p", `${target.pid}`],
        { as: 65534 },
      );
      const [message, ...hint] = stderr.split(/^/m);
      assert.equal(
        message?.replace(/process \d+/, "process N"),
        `austin: Insufficient permissions: cannot read the memory of ${what}\n`,
      );
      assert.match(hint.join(""), PERMISSION_HINT);
      assert.equal(stdout, "");
      assert.equal(code, 37);
      await target.finish();
    },
  );
}

for (
  const [version, ...options] of [
    ["2.7"],
    ["3.6"],
    ["3.7"],
    ["3.7", "-C", "-t200"],
  ] as const
) {
  const old = await oldPython(version);
  const name = ["austin", ...options].join(" ");
  testNeeding(
    [{ what: "CPython 2.7, 3.6 or 3.7", met: old !== undefined }],
    `${name} fails with 3 on CPython ${version}`,
    async () => {
      const script = "import time; time.sleep(20)";
      const { code, stdout, stderr } = await austin([
        "-P",
        ...options,
        old!,
        "-c",
        script,
      ]);
      assert.match(
        stderr,
        new RegExp(
          `^austin: Cannot sample process \\d+: it runs Python ${version}(\\.\\d+)?\nhint: CPython 3\\.8 to 3\\.15 work: 64-bit ones, and those for i386 Linux\n$`,
        ),
      );
      assert.equal(stdout, "");
      assert.equal(code, 3);
    },
  );
}

/** @returns path of the interpreter among those of pyenv, if it is there. */
async function oldPython(version: string): Promise<string | undefined> {
  const home = Deno.env.get("HOME") ?? "";
  const root = Deno.env.get("PYENV_ROOT") ?? `${home}/.pyenv`;
  try {
    for await (const { name } of Deno.readDir(`${root}/versions`)) {
      if (!name.startsWith(`${version}.`)) continue;
      return `${root}/versions/${name}/bin/python${version}`;
    }
  } catch {
    // There is no pyenv here.
  }
  return undefined;
}
