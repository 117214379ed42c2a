/**
 * `scripts/austin` and `scripts/test` in a tree of their own, where deno, npm,
 * pip and the compiler are shell scripts: what they fetch, build and start.
 */

import assert from "node:assert/strict";
import { root } from "../../scripts/tree.ts";
import { inFolder, namesIn } from "../support/folder.ts";
import { type Outcome, run } from "../support/program.ts";

/** What the scripts may use of the system. */
const TOOLS =
  "sh env find mkdir mv ln rm readlink chmod uname tail dirname cat head sleep touch"
    .split(" ");

/** Notes that it was called, and "builds" a program that shows its arguments, in one step as the real one does. */
const DENO = `#!/bin/sh
echo "deno $*" >>"$LOG"
case $1 in
--version) echo "deno 2.9.99 (fake)" ;;
task)
  [ -z "$FAILS" ] || exit 3
  [ "$5" = pack ] || exit 0
  mkdir -p "$4/dist"
  printf '#!/bin/sh\\nprintf "<%%s>" "$@"\\necho "\${DENO_DIR-unset} $PWD"\\n' >"$4/dist/austin.$$"
  chmod +x "$4/dist/austin.$$"
  mv "$4/dist/austin.$$" "$4/dist/austin"
  ;;
esac
`;

/** Puts a deno of a believable size where npm does. */
const NPM = `#!/bin/sh
echo "npm $*" >>"$LOG"
[ "$1" = install ] || exit 1
mkdir -p "$3/node_modules/@deno/any"
{ cat "$FAKES/deno-to-install"; head -c 1100000 /dev/zero; } >"$3/node_modules/@deno/any/deno"
`;

const PIP = `#!/bin/sh
echo "pip $*" >>"$LOG"
while [ $# -gt 1 ] && [ "$1" != --target ]; do shift; done
[ $# -gt 1 ] || exit 0
mkdir -p "$2/bin"
{ cat "$FAKES/deno-to-install"; head -c 1100000 /dev/zero; } >"$2/bin/deno"
`;

const CC = "#!/bin/sh\n";
const FAILING = '#!/bin/sh\necho "no network" >&2\nexit 1\n';

interface Tree {
  readonly path: string;
  /** Starts a script of the tree. */
  start(
    script: string,
    args?: string[],
    options?: Deno.CommandOptions,
  ): Promise<Outcome>;
  /** The calls of fakes since the last time. */
  calls(): Promise<string[]>;
  add(name: string, script: string): Promise<void>;
  remove(name: string): Promise<void>;
}

function inTree(
  fakes: Record<string, string>,
  test: (tree: Tree) => Promise<void>,
): Promise<void> {
  return inFolder(async (folder) => {
    const path = `${folder}/tree`;
    const bin = `${folder}/bin`;
    const log = `${folder}/log`;
    await makeSources(path);
    await makeTools(bin);
    const add = (name: string, script: string) =>
      Deno.writeTextFile(`${bin}/${name}`, script, { mode: 0o755 });
    await add("deno-to-install", DENO + "exit\n");
    for (const [name, script] of Object.entries(fakes)) await add(name, script);
    await test({
      path,
      add,
      remove: (name) => Deno.remove(`${bin}/${name}`),
      start: (script, args = [], options = {}) =>
        run([`${path}/scripts/${script}`, ...args], {
          clearEnv: true,
          ...options,
          env: { PATH: bin, LOG: log, FAKES: bin, ...options.env },
        }),
      calls: async () => {
        const text = await Deno.readTextFile(log).catch(() => "");
        await Deno.writeTextFile(log, "");
        return text.split("\n").filter((line) => line !== "");
      },
    });
  });
}

async function makeSources(path: string): Promise<void> {
  for (const folder of ["scripts", "src/deep", "ffi", "native/build"]) {
    await Deno.mkdir(`${path}/${folder}`, { recursive: true });
  }
  for (const name of ["austin", "test", "bootstrap.sh"]) {
    await Deno.copyFile(`${root}/scripts/${name}`, `${path}/scripts/${name}`);
  }
  for (const name of ["main.ts", "deno.json", "src/deep/walk.ts"]) {
    await Deno.writeTextFile(`${path}/${name}`, "");
  }
}

async function makeTools(bin: string): Promise<void> {
  await Deno.mkdir(bin);
  const { stdout } = await run([
    "sh",
    "-c",
    `for tool in ${TOOLS.join(" ")}; do command -v "$tool"; done`,
  ]);
  const paths = stdout.trim().split("\n");
  assert.equal(paths.length, TOOLS.length);
  for (const path of paths) {
    await Deno.symlink(path, `${bin}/${path.slice(path.lastIndexOf("/") + 1)}`);
  }
}

Deno.test("scripts/austin builds once, and hands over the arguments", () =>
  inTree({ deno: DENO, cc: CC }, async (tree) => {
    const args = ["a b", "", "--version", "x\ny"];
    const shown = "<a b><><--version><x\ny>";
    const first = await tree.start("austin", args, { cwd: "/" });
    assert.equal(first.code, 0);
    assert.equal(first.stdout, `${shown}unset /\n`);
    assert.equal(first.stderr, "Building dist/austin\n");
    assert.ok((await tree.calls()).some((call) => call.endsWith(" pack")));
    const second = await tree.start("austin", args, { cwd: "/" });
    assert.deepEqual(second, { ...first, stderr: "" });
    assert.deepEqual(await tree.calls(), []);
  }));

Deno.test.each([
  ["a source is newer", "src/deep/walk.ts"],
  ["a source is new", "src/deep/new.ts"],
  ["the shim is newer", "native/linux.c"],
  ["the settings are newer", "deno.json"],
])(
  "scripts/austin builds again when %s",
  (_name, file) =>
    inTree({ deno: DENO, cc: CC }, async (tree) => {
      await tree.start("austin");
      const later = new Date(Date.now() + 1000);
      await Deno.writeTextFile(`${tree.path}/${file}`, "");
      await Deno.utime(`${tree.path}/${file}`, later, later);
      await tree.calls();
      assert.equal((await tree.start("austin")).code, 0);
      assert.ok((await tree.calls()).length > 0);
    }),
);

Deno.test("scripts/austin does not mind what was built from the shim's sources", () =>
  inTree({ deno: DENO, cc: CC }, async (tree) => {
    await tree.start("austin");
    await tree.calls();
    const later = new Date(Date.now() + 1000);
    const file = `${tree.path}/native/build/libaustin.so`;
    await Deno.writeTextFile(file, "");
    await Deno.utime(file, later, later);
    await tree.start("austin");
    assert.deepEqual(await tree.calls(), []);
  }));

Deno.test("scripts/austin can be started through a link", () =>
  inTree({ deno: DENO, cc: CC }, async (tree) => {
    await Deno.mkdir(`${tree.path}/more`);
    await Deno.symlink("../scripts/austin", `${tree.path}/more/one`);
    await Deno.symlink(`${tree.path}/more/one`, `${tree.path}/scripts/two`);
    const { code, stdout } = await tree.start("two", ["x"], { cwd: "/" });
    assert.deepEqual([code, stdout], [0, "<x>unset /\n"]);
  }));

Deno.test("scripts/austin starts nothing when the build fails", () =>
  inTree({ deno: DENO, cc: CC }, async (tree) => {
    const { code, stdout } = await tree.start("austin", [], {
      env: { FAILS: "1" },
    });
    assert.deepEqual([code, stdout], [1, ""]);
  }));

Deno.test("scripts/austin says that there is no compiler", () =>
  inTree({ deno: DENO }, async (tree) => {
    const { code, stderr } = await tree.start("austin");
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^error: Cannot find a C compiler: cc\nhint: install one/,
    );
  }));

Deno.test("scripts/austin says that there is neither deno nor a way to get it", () =>
  inTree({ cc: CC }, async (tree) => {
    const { code, stderr } = await tree.start("austin");
    assert.equal(code, 1);
    assert.match(
      stderr,
      /error: Cannot get deno 2\.9\.\d+: neither npm nor pip could install it\nhint: npm comes/,
    );
    assert.deepEqual(namesIn(`${tree.path}/.tools`), []);
  }));

Deno.test("scripts/austin shows why npm and pip failed", () =>
  inTree({ cc: CC, npm: FAILING }, async (tree) => {
    const { code, stderr } = await tree.start("austin");
    assert.equal(code, 1);
    assert.match(stderr, /--- npm\nno network\n/);
    assert.deepEqual(namesIn(`${tree.path}/.tools`), []);
  }));

Deno.test.each([
  ["npm", { npm: NPM }],
  ["pip", { pip: PIP }],
  ["pip, where npm fails", { npm: FAILING, pip3: PIP }],
  ["npm, where another version is on the PATH", {
    npm: NPM,
    deno: DENO.replace("2.9.99", "2.8.1"),
  }],
])(
  "scripts/austin gets deno from %s, once",
  (_name, fakes) =>
    inTree({ cc: CC, ...fakes }, async (tree) => {
      const { code, stdout } = await tree.start("austin", ["x"]);
      assert.equal(code, 0);
      assert.match(stdout, /^<x>unset /);
      assert.equal(namesIn(`${tree.path}/.tools`).length, 1);
      await Deno.remove(`${tree.path}/dist`, { recursive: true });
      await tree.calls();
      assert.equal((await tree.start("austin", ["x"])).code, 0);
      const calls = await tree.calls();
      assert.ok(calls.some((call) => call.endsWith(" pack")));
      assert.ok(!calls.some((call) => call.startsWith("npm install")));
      assert.ok(!calls.some((call) => call.startsWith("pip install")));
    }),
);

Deno.test("scripts/austin removes what a killed installation has left", () =>
  inTree({ cc: CC, npm: NPM }, async (tree) => {
    const child = new Deno.Command("true").spawn();
    await child.status;
    await Deno.mkdir(`${tree.path}/.tools/new.${child.pid}`, {
      recursive: true,
    });
    assert.equal((await tree.start("austin")).code, 0);
    assert.ok(
      !namesIn(`${tree.path}/.tools`).some((name) => name.startsWith("new")),
    );
  }));

Deno.test("scripts/austin started twice at once works twice", () =>
  inTree(
    { cc: CC, npm: NPM.replace("mkdir", "sleep 0.2\nmkdir") },
    async (tree) => {
      const outcomes = await Promise.all(
        ["one", "two"].map((arg) => tree.start("austin", [arg])),
      );
      assert.deepEqual(outcomes.map(({ code }) => code), [0, 0]);
      assert.match(outcomes[0]!.stdout, /^<one>/);
      assert.match(outcomes[1]!.stdout, /^<two>/);
      assert.equal(namesIn(`${tree.path}/.tools`).length, 1);
    },
  ));

Deno.test("scripts/test hands its arguments to the task, and its failure back", () =>
  inTree({ deno: DENO, cc: CC }, async (tree) => {
    assert.equal((await tree.start("test", ["--all", "a b"])).code, 0);
    assert.ok(
      (await tree.calls()).includes(
        `deno task --quiet --cwd ${tree.path} test --all a b`,
      ),
    );
    const { code } = await tree.start("test", [], { env: { FAILS: "1" } });
    assert.equal(code, 3);
  }));
