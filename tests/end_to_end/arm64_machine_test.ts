/**
 * The file for Linux on aarch64, in a whole machine of that kind: the tests of
 * this folder run in it, as far as it can bear them.
 */

import assert from "node:assert/strict";
import { readJUnit } from "../../scripts/tests/junit.ts";
import { machineNeeds, runMachine } from "../support/arm64_machine.ts";
import { packArm64Program } from "../support/arm64_program.ts";
import { inFolder } from "../support/folder.ts";
import { slowTier, testNeeding } from "../support/needs.ts";

/** Which tests of which file, as a pattern of their names. */
const SELECTION: Readonly<Record<string, string>> = {
  where: "/./",
  capabilities: "/samples root|obeys|library/",
};

const LIMIT_MIN = 90;

/** What the machine does not have. */
const MISSING = /\(needs (CPython 3\.(8|15)|Austin 3\.7\.0|script)\)$/;

const SCRIPT = `
export AUSTIN_PROGRAM=/austin/dist/aarch64-unknown-linux-gnu/austin
export DENO_DIR=/tmp/deno NO_COLOR=1
python3 tests/targets/work.py 60 10 > /dev/null & sleep 2
strace -f -o /out/calls -e trace=process_vm_readv,openat \\
  $AUSTIN_PROGRAM -x 1 -i 10ms -o /out/samples -p $!
echo $? > /out/code
$AUSTIN_PROGRAM -n -x 2 -i 20ms -o /out/native -p $!
kill $!
`;

testNeeding(
  [slowTier, ...machineNeeds],
  "an aarch64 machine passes its end-to-end tests",
  () =>
    inFolder(async (out) => {
      await packArm64Program();
      const tests = Object.entries(SELECTION).map(([name, filter]) =>
        `deno test -A --no-check --junit-path=/out/${name}.xml ` +
        `--filter '${filter}' tests/end_to_end/${name}_test.ts\n`
      );
      const script = SCRIPT + tests.join("");
      const said = await runMachine({ script, out, limitMin: LIMIT_MIN });
      await checkCalls(out);
      await checkNative(out);
      for (const name of Object.keys(SELECTION)) {
        const report = await Deno.readTextFile(`${out}/${name}.xml`);
        const results = readJUnit(report);
        const named = (outcome: string) =>
          results.filter((result) => result.outcome === outcome)
            .map((result) => result.name);
        assert.deepEqual(named("failed"), [], said);
        assert.ok(named("passed").length > 2, report);
        const lost = named("ignored").filter((name) => !MISSING.test(name));
        assert.deepEqual(lost, []);
      }
    }),
);

/** Memory is read by the call for it, and not through a file. */
async function checkCalls(out: string): Promise<void> {
  assert.equal(await Deno.readTextFile(`${out}/code`), "0\n");
  const calls = await Deno.readTextFile(`${out}/calls`);
  const reads = calls.match(/process_vm_readv\(.*\) = [1-9]\d*$/gm) ?? [];
  assert.ok(reads.length > 50, `${reads.length} reads`);
  assert.doesNotMatch(calls, /\/proc\/\d+\/mem"/);
  const samples = await Deno.readTextFile(`${out}/samples`);
  assert.match(samples, /work\.py:<module>:\d+;.*work\.py:piece:\d+/);
}

/** Native stacks are whole: from the program's start, around Python's frames. */
async function checkNative(out: string): Promise<void> {
  const text = await Deno.readTextFile(`${out}/native`);
  const stacks = text.match(/^P.*$/gm) ?? [];
  const whole = stacks.filter((stack) =>
    /native@\w+:_start:.*work\.py:<module>:.*work\.py:piece:/.test(stack)
  );
  assert.ok(whole.length > 20, `${whole.length} of ${stacks.length}`);
  assert.ok(whole.length > 0.9 * stacks.length, stacks.at(-1));
}
