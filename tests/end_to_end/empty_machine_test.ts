/**
 * The one file copied to a machine that has a Python and next to nothing else:
 * no shell, no /dev, no home. The oldest and the newest Debian that there is.
 */

import assert from "node:assert/strict";
import { debianPackages, debianRoot } from "../support/debian_root.ts";
import { rootUser, testNeeding, tool } from "../support/needs.ts";
import { program, run } from "../support/program.ts";

const PROGRAM = "def f():\n while True: pass\nf()";

/** Starts a Python in the root, samples it from there, ends it. */
const SCRIPT = `
  mount --bind "$2" "$1/austin" && mount --bind /proc "$1/proc" || exit 99
  chroot "$1" "$3" -c "$4" & python=$!
  chroot "$1" /austin -P -i 1ms -x 1 -t 10s -p $python; code=$?
  kill $python
  exit $code`;

for (
  const [suite, version] of [["bullseye", "3.9"], ["sid", "3.14"]] as const
) {
  testNeeding(
    [rootUser, tool("unshare"), tool("chroot"), ...debianPackages],
    `austin samples Python ${version} where there is nothing but Debian ${suite}'s`,
    async () => {
      const folder = await debianRoot(suite, `python${version}-minimal`);
      const python = `/usr/bin/python${version}`;
      const script = ["unshare", "-m", "sh", "-c", SCRIPT, "sh"];
      const { code, stdout, stderr } = await run(
        [...script, folder, program, python, PROGRAM],
        { clearEnv: true, env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" } },
      );
      assert.equal(code, 0, stderr);
      assert.match(stdout, new RegExp(`^# python: ${version}\\.\\d+$`, "m"));
      const stacks = stdout.match(/;<string>:<module>:3;<string>:f:2 \d+$/gm);
      assert.ok(stacks !== null && stacks.length > 100, stdout.slice(-2000));
    },
  );
}
