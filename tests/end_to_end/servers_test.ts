/** `-C` of programs that leave it to others to start their processes: fork servers, and a web server with workers. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { austin, startAustin, targetCommand } from "../support/austin.ts";
import { parseCollapsed } from "../support/collapsed.ts";
import { testEachPython } from "../support/each_python.ts";
import { inFolder } from "../support/folder.ts";
import { testNeeding } from "../support/needs.ts";
import { pipInstall, type PythonPackages } from "../support/python_packages.ts";

const packages: PythonPackages | null = await pipInstall(["gunicorn==23.0.0"])
  .catch(() => null);

/** A web application that computes in handle(), and says which process did. */
const APPLICATION = `
import os
import time

def handle(seconds):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        pass

def application(environ, start_response):
    handle(0.2)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(os.getpid()).encode()]
`;

testEachPython(
  "austin -C samples what a fork server of multiprocessing starts",
  (python) =>
    inFolder(async (folder) => {
      const file = join(folder, "samples.austin");
      const command = await targetCommand(python, "forkserver.py", ["0.6", 2]);
      const { code, stdout, stderr } = await austin(
        ["-Ci5ms", "-o", file, ...command],
      );
      assert.equal(code, 0, stderr);
      const [, json = ""] = /^ready (.+)$/m.exec(stdout) ?? [];
      const scopes = scopesByPid(await Deno.readTextFile(file));
      const busy = [...scopes.keys()].filter((pid) =>
        scopes.get(pid)?.has("child_busy")
      );
      assert.deepEqual(busy.sort(), JSON.parse(json).children.sort());
      // One that was forked and has not become another program yet still stands where its parent called.
      const waiting = [...scopes.values()].filter((names) =>
        names.has("parent") && [...names].some((name) => /\bjoin$/.test(name))
      );
      assert.equal(waiting.length, 1);
    }),
  ["3.8", "3.11", "3.13", "3.15"],
);

testNeeding(
  [{ what: "gunicorn", met: packages !== null }],
  "austin -C samples the workers of gunicorn while they serve",
  () =>
    inFolder(async (folder) => {
      await Deno.writeTextFile(join(folder, "served.py"), APPLICATION);
      const file = join(folder, "samples.austin");
      const words = [
        ...packages!.python.command,
        ..."-m gunicorn -w 2 -b 127.0.0.1:0 served:application".split(" "),
      ];
      await using run = startAustin(["-Ci5ms", "-o", file, ...words], {
        cwd: folder,
        env: { PYTHONPATH: packages!.folder },
      });
      const address = () => /Listening at: (\S+)/.exec(run.stderr)?.[1];
      await run.until(() => /Booting worker/.test(run.stderr));
      const pids = new Set<number>();
      for (let i = 0; i < 6; i++) {
        const response = await fetch(address()!);
        pids.add(Number(await response.text()));
      }
      run.kill("SIGTERM");
      assert.equal((await run.ended).code, 241, run.stderr);
      const scopes = scopesByPid(await Deno.readTextFile(file));
      for (const pid of pids) {
        assert.ok(scopes.get(pid)?.has("handle"), `${pid}`);
      }
      const masters = [...scopes.values()].filter((names) =>
        names.has("Arbiter.sleep")
      );
      assert.equal(masters.length, 1);
    }),
);

/** @returns functions seen in each process. */
function scopesByPid(text: string): Map<number, Set<string>> {
  const scopes = new Map<number, Set<string>>();
  for (const { pid, stack } of parseCollapsed(text).samples) {
    const known = scopes.get(pid) ?? new Set();
    scopes.set(pid, known);
    for (const { scope } of stack.frames) known.add(scope);
  }
  return scopes;
}
