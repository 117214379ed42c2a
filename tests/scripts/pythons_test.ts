import assert from "node:assert/strict";
import { join } from "node:path";
import {
  findPythons,
  Python,
  pythons,
  SOURCES,
  VERSIONS,
} from "../../scripts/pythons.ts";
import { probe } from "../../scripts/pythons/python.ts";
import { run } from "../../scripts/pythons/run.ts";
import { testEachPython } from "../support/each_python.ts";
import { slowTier, testNeeding, tool } from "../support/needs.ts";

testEachPython(
  "Python.command starts the version that it says",
  async (python) => {
    const code =
      "import sys, os; print('%d.%d.%d' % sys.version_info[:3], os.getppid())";
    const answer = await run([...python.command, "-c", code]);
    assert.deepEqual(answer.trim().split(" "), [
      python.fullVersion,
      String(Deno.pid),
    ]);
  },
);

testEachPython(
  "Python.install() makes a script and its neighbours visible",
  async (python) => {
    const folder = await Deno.makeTempDir();
    try {
      await Deno.writeTextFile(join(folder, "neighbour.py"), "answer = 42\n");
      await Deno.writeTextFile(
        join(folder, "script.py"),
        "import neighbour; print(neighbour.answer, __file__)\n",
      );
      const inside = await python.install(join(folder, "script.py"));
      assert.equal(
        await run([...python.command, "-B", inside]),
        `42 ${inside}\n`,
      );
      assert.equal(await python.install(join(folder, "script.py")), inside);
      if (python.root !== "") {
        await Deno.remove(join(python.outside(inside), ".."), {
          recursive: true,
        });
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);

Deno.test("pythons() finds again what it found", async () => {
  const commands = async () => (await pythons()).map(({ command }) => command);
  assert.deepEqual(await commands(), await commands());
});

Deno.test("findPythons() says why a version cannot be had", async () => {
  const [missing] = await findPythons(["3.8"], {
    sources: ["PATH"],
    cache: "/nonexistent",
  });
  if (missing instanceof Python) assert.equal(missing.source, "PATH");
  else {assert.deepEqual(missing, {
      version: "3.8",
      reason: "PATH: no python3.8 on PATH",
    });}
});

Deno.test("probe() rejects another version than was asked for", async () => {
  const [python] = await pythons();
  assert.ok(python !== undefined);
  const version = VERSIONS.find((version) => version !== python.version)!;
  await assert.rejects(
    probe({ ...python, version }),
    /is Python 3\.\d+\.\d+, not 3\.\d+$/,
  );
});

Deno.test("probe() rejects what does not start", async () => {
  await assert.rejects(
    probe({
      version: "3.12",
      source: "",
      command: ["/nonexistent/python3.12"],
      root: "",
    }),
  );
});

Deno.test("SOURCES gets every version but 3.8 on a machine that has none", () => {
  const fetching = VERSIONS.filter((version) =>
    SOURCES[version].some(({ name }) => !["pyenv", "PATH"].includes(name))
  );
  assert.deepEqual(fetching, VERSIONS.slice(1));
});

for (
  const [source, program, count] of [["debian-sid", "apt-get", 2], [
    "maven",
    "mvn",
    6,
  ]] as const
) {
  testNeeding(
    [slowTier, tool(program)],
    `pythons() fetches all of ${source} from nothing`,
    async () => {
      const cache = await Deno.makeTempDir();
      try {
        const fetched = await pythons(VERSIONS, { cache, sources: [source] });
        assert.equal(fetched.length, count);
      } finally {
        await Deno.remove(cache, { recursive: true });
      }
    },
  );
}
