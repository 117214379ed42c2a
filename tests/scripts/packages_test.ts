/**
 * Packages are made from the real program, installed the way their systems do
 * it, and run; recipes are read by their systems' own tools. What has no tool
 * here (Scoop, Chocolatey, PowerShell) is only held against what it has to say.
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import { makePackages } from "../../scripts/package.ts";
import { description } from "../../scripts/packages/description.ts";
import { pipInstall } from "../support/python_packages.ts";
import { debianPackages, debianRoot } from "../support/debian_root.ts";
import { rootUser, testNeeding, tool } from "../support/needs.ts";
import { type Outcome, program, run } from "../support/program.ts";

const output = await Deno.makeTempDir({ prefix: "austin-packages-" });
const VERSION = `austin ${description.version}\n`;

/** Releases of what reads our recipes. */
const READERS = {
  twine: "twine==6.2.0",
  schema: "check-jsonschema==0.39.0",
  conda: "py-rattler-build==0.73.0",
};

const isLinux = {
  what: "x86_64 Linux",
  met: Deno.build.target === "x86_64-unknown-linux-gnu",
};
const building = [isLinux, tool("xz"), tool("dpkg-buildpackage"), tool("dh")];

if (building.every(({ met }) => met)) {
  Deno.test.beforeAll(async () => {
    const kinds = ["pypi", "debian", "homebrew", "conda", "snap", "npm"];
    await makePackages({
      kinds,
      allPlatforms: true,
      targets: [Deno.build.target],
      compression: 1,
      output,
    });
  });
}
Deno.test.afterAll(() => Deno.remove(output, { recursive: true }));

function test(
  name: string,
  fn: () => Promise<void>,
  needs: Parameters<typeof testNeeding>[0] = [],
): void {
  testNeeding([...building, ...needs], name, fn);
}

/** @returns the only file of a kind of package whose name ends so. */
function only(kind: string, end: string): string {
  const folder = join(output, kind);
  const names = Array.from(Deno.readDirSync(folder), ({ name }) => name)
    .filter((name) => name.endsWith(end));
  assert.equal(names.length, 1, names.join(" "));
  return join(folder, names[0]!);
}

async function runs(command: readonly string[]): Promise<string> {
  const outcome = await run(command, { cwd: output });
  assert.equal(outcome.code, 0, JSON.stringify(outcome));
  return outcome.stdout;
}

test("the archive holds a prefix, and its sum is right", async () => {
  const archive = only("archives", ".tar.xz");
  const folder = join(output, "unpacked");
  await Deno.mkdir(folder);
  await runs(["tar", "-C", folder, "--strip-components=1", "-xf", archive]);
  for (const name of ["austin", "austinp"]) {
    assert.equal(await runs([`${folder}/bin/${name}`, "--version"]), VERSION);
  }
  assert.ok((await Deno.stat(`${folder}/share/man/man1/austinp.1`)).isFile);
  const { stdout } = await run(["sha256sum", "-c", "SHA256SUMS"], {
    cwd: join(output, "archives"),
  });
  assert.match(stdout, /^austin-.*\.tar\.xz: OK\n$/);
});

test("the wheel is installed by pip without a network, and runs", async () => {
  const wheel = only("pypi", ".whl");
  const { python } = await pipInstall([READERS.twine]);
  const venv = join(output, "venv");
  await runs([...python.command, "-m", "venv", venv]);
  await runs([`${venv}/bin/pip`, "install", "--no-index", "--quiet", wheel]);
  assert.equal(await runs([`${venv}/bin/austin`, "--version"]), VERSION);
  assert.ok((await Deno.stat(`${venv}/share/man/man1/austin.1`)).isFile);
  const list = await runs([`${venv}/bin/pip`, "show", "-f", "austin-dist"]);
  assert.match(list, /^ {2}\.\.\/\.\.\/\.\.\/bin\/austinp$/m);
});

test("the wheel's description is what PyPI takes", async () => {
  const { run } = await pipInstall([READERS.twine]);
  const said = await run([
    "-m",
    "twine",
    "check",
    "--strict",
    only("pypi", ".whl"),
  ]);
  assert.match(said, /PASSED/);
});

test("the Debian package is clean", async () => {
  const said = await run([
    "lintian",
    "--allow-root",
    "--fail-on",
    "error,warning",
    only("debian", ".deb"),
  ]);
  assert.deepEqual(said, { code: 0, stdout: "", stderr: "" } satisfies Outcome);
}, [tool("lintian")]);

test(
  "the Debian package is installed in a root of its own, and runs",
  async () => {
    const place = join(output, "root");
    await runs(["cp", "-a", await debianRoot("bullseye"), place]);
    await Deno.mkdir(`${place}/var/lib/dpkg/info`, { recursive: true });
    await Deno.mkdir(`${place}/var/lib/dpkg/updates`, { recursive: true });
    await Deno.writeTextFile(`${place}/var/lib/dpkg/status`, "");
    // There are no Debian packages in that root but their files, so what it depends on is not recorded.
    await runs([
      "dpkg",
      `--root=${place}`,
      "--force-depends",
      "--force-script-chrootless",
      "-i",
      only("debian", ".deb"),
    ]);
    const script =
      'mount --bind /proc "$1/proc" && exec chroot "$1" "$2" --version';
    for (const name of ["/usr/bin/austin", "/usr/bin/austinp"]) {
      assert.equal(
        await runs(["unshare", "-m", "sh", "-c", script, "sh", place, name]),
        VERSION,
      );
    }
    const installed = await Deno.readFile(`${place}/usr/bin/austin`);
    assert.deepEqual(installed, await Deno.readFile(program));
  },
  [rootUser, tool("unshare"), ...debianPackages],
);

test("the formula is Ruby, and names the archive by its sum", async () => {
  const formula = only("homebrew", ".rb");
  assert.equal(await runs(["ruby", "-c", formula]), "Syntax OK\n");
  const text = await Deno.readTextFile(formula);
  const sums = await Deno.readTextFile(join(output, "archives/SHA256SUMS"));
  assert.ok(text.includes(`sha256 "${sums.slice(0, 64)}"`));
}, [tool("ruby")]);

test("snapcraft.yaml is what its schema wants", async () => {
  const { run } = await pipInstall([READERS.schema]);
  const said = await run([
    "-m",
    "check_jsonschema",
    "--builtin-schema",
    "vendor.snapcraft",
    only("snap", ".yaml"),
  ]);
  assert.match(said, /ok/);
});

test("the conda recipe is one for rattler-build", async () => {
  const { run } = await pipInstall([READERS.conda]);
  const script = `import sys
from rattler_build import Stage0Recipe
recipe = Stage0Recipe.from_yaml(open(sys.argv[1]).read())
print(recipe.to_dict()["package"]["name"])`;
  const said = await run(["-c", script, only("conda", ".yaml")]);
  assert.match(said, /austin/);
});

test("npm installs the packages, and the program runs", async () => {
  const folder = join(output, "npm");
  const tarballs: string[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    const packed = await runs([
      "npm",
      "pack",
      "--silent",
      "--pack-destination",
      output,
      join(folder, name),
    ]);
    tarballs.push(join(output, packed.trim()));
  }
  const place = join(output, "node");
  await Deno.mkdir(place);
  await runs([
    "npm",
    "install",
    "--silent",
    "--offline",
    "--no-audit",
    "--omit=optional",
    "--prefix",
    place,
    ...tarballs,
  ]);
  const bin = join(place, "node_modules/.bin/austin");
  assert.equal(await runs([bin, "--version"]), VERSION);
  assert.equal((await run([bin, "--nope"])).code, 64);
}, [tool("npm")]);

Deno.test("deno task install puts everything below DESTDIR and PREFIX", async () => {
  const place = join(output, "destination");
  const { code, stderr } = await run([
    Deno.execPath(),
    "run",
    "-A",
    join(import.meta.dirname!, "../../scripts/install.ts"),
  ], {
    env: { DESTDIR: place, PREFIX: "/opt/austin" },
  });
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
  assert.equal(
    await runs([`${place}/opt/austin/bin/austinp`, "--version"]),
    VERSION,
  );
});
