/** The other process that samples for a view: the real program, and real Pythons. */

import assert from "node:assert/strict";
import { pythons } from "../../scripts/pythons.ts";
import { root } from "../../scripts/tree.ts";
import { FrameTable } from "../../src/events/frame_table.ts";
import { FrameIndex } from "../../src/formats/frame_index.ts";
import { SamplerProcess } from "../../src/views/sampler_process.ts";
import { startProgram, targetCommand, until } from "../support/austin.ts";
import { testNeeding } from "../support/needs.ts";
import { program } from "../support/program.ts";
import { startTarget } from "../support/target.ts";

const [python] = await pythons(["3.12"]);
const samplerProgram = { path: program, args: [], env: {} };

function testPython(name: string, fn: () => Promise<void>): void {
  const need = { what: "CPython 3.12", met: python !== undefined };
  testNeeding([need], name, fn);
}

/** Reads a sampler to its end. */
async function readAll(sampler: SamplerProcess) {
  const frames = new FrameTable();
  const scopes = new Map<string, number>();
  const metadata = new Map<string, string>();
  const end = await sampler.read(new FrameIndex(frames), (event) => {
    if (event.kind === "metadata") metadata.set(event.key, event.value);
    else if (event.sample.frameCount > 0) {
      const { scope } = frames.get(event.sample.frameIds[0]!);
      scopes.set(scope, (scopes.get(scope) ?? 0) + event.sample.timeUs);
    }
  });
  return { end, scopes, metadata };
}

testPython("SamplerProcess samples a process that runs", async () => {
  await using target = await startTarget(python!, "split.py", [30]);
  const options = [`--pid=${target.pid}`, "--exposure=1", "--interval=1ms"];
  await using sampler = new SamplerProcess(samplerProgram, options, []);
  const { end, scopes, metadata } = await readAll(sampler);
  assert.deepEqual(end, { code: 0, signal: null, damage: null });
  assert.equal(metadata.get("mode"), "wall");
  assert.match(metadata.get("python") ?? "", /^3\.12\./);
  assert.ok(Number(metadata.get("duration")) >= 1_000_000);
  const total = [...scopes.values()].reduce((sum, time) => sum + time, 0);
  assert.ok(Math.abs((scopes.get("half") ?? 0) / total - 0.5) < 0.1);
});

testPython("SamplerProcess launches a command, out of the way", async () => {
  const command = [...python!.command, "-c", LOUD];
  await using sampler = new SamplerProcess(samplerProgram, [], command);
  const { end, metadata } = await readAll(sampler);
  assert.equal(end.code, 0);
  assert.ok(metadata.has("duration"));
  assert.deepEqual(sampler.messages.lines, ["read ''", "to stderr"]);
});

/** Reads, writes to both streams and works for a while. */
const LOUD = `
import sys, time
print("to stdout")
print("read", repr(sys.stdin.read()), file=sys.stderr)
print("to stderr", file=sys.stderr)
while time.process_time() < 0.3: pass
`;

testPython("SamplerProcess tells why nothing could be sampled", async () => {
  const options = ["--pid=4194305"];
  await using sampler = new SamplerProcess(samplerProgram, options, []);
  const { end } = await readAll(sampler);
  assert.equal(end.code, 36);
  assert.match(sampler.messages.lines.join("\n"), /no such process\nhint: /);
});

testPython("SamplerProcess ends its command when it is stopped", async () => {
  const command = await targetCommand(python!, "split.py", [30]);
  await using sampler = new SamplerProcess(samplerProgram, [], command);
  const pid = await childOf(sampler.pid);
  const reading = readAll(sampler);
  sampler.stop();
  const { end } = await reading;
  assert.equal(end.code, 241);
  assert.equal(isAlive(pid), false);
});

testPython(
  "SamplerProcess does not outlive a view that is killed",
  async () => {
    const command = await targetCommand(python!, "split.py", [30]);
    const script = `
    import { SamplerProcess } from "${root}/src/views/sampler_process.ts";
    const sampler = new SamplerProcess(
      ${JSON.stringify(samplerProgram)}, [], ${JSON.stringify(command)});
    console.log(sampler.pid);
    await new Promise((resolve) => setTimeout(resolve, 60_000));`;
    const words = [Deno.execPath(), "eval", script];
    await using view = startProgram(words);
    await view.until(() => view.stdout.includes("\n"));
    const sampler = Number(view.stdout);
    const target = await childOf(sampler);
    view.kill("SIGKILL");
    await until(() => !isAlive(sampler) && !isAlive(target));
  },
);

/** Waits for the first child of a process. */
async function childOf(pid: number): Promise<number> {
  const path = `/proc/${pid}/task/${pid}/children`;
  const children = () => Deno.readTextFileSync(path).trim();
  await until(() => children() !== "");
  return Number(children().split(" ")[0]);
}

function isAlive(pid: number): boolean {
  try {
    return !/^State:\s*Z/m.test(Deno.readTextFileSync(`/proc/${pid}/status`));
  } catch {
    return false;
  }
}
