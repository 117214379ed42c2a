import assert from "node:assert/strict";
import { type Frame, FrameTable } from "../../src/events/frame_table.ts";
import { Sample } from "../../src/events/sample.ts";
import {
  type LookUp,
  NativeCode,
  ResolvingIndex,
} from "../../src/formats/resolve.ts";
import { lineFrame } from "../support/profile.ts";

/** Every place is line 9 of its file, except those past 0x500 in it. */
const lookUp: LookUp = (module, base, addresses) =>
  Promise.resolve(addresses.map((address) => ({
    scope: "told",
    line: address - base < 0x500 ? { file: `${module}.c`, number: 9 } : null,
    address: address - base,
  })));

/** @param stack from the leaf. @returns how frames look once they are resolved. */
async function resolved(stack: Frame[]): Promise<Partial<Frame>[]> {
  const frames = new FrameTable();
  const sample = new Sample();
  sample.frameIds.set(stack.map((frame) => frames.add(frame)));
  sample.frameCount = stack.length;
  const code = new NativeCode();
  code.sample(sample, frames);
  code.metadata("map", "2000-3000 /lib/b.so");
  code.metadata("map", "1000-2000 /lib/b.so");
  code.metadata("map", "nonsense");
  code.metadata("mode", "9000-a000 /lib/c.so");
  const resolutions = await code.resolve(lookUp);
  const index = new ResolvingIndex(
    new FrameTable(),
    resolutions!,
    (name) => name.toUpperCase(),
  );
  return stack.map((frame) => {
    const { file, scope, line } = index.frames.get(index.idOf(frame));
    return { file, scope, line };
  });
}

Deno.test("ResolvingIndex gives machine code its source, else its file and address", async () => {
  assert.deepEqual(
    await resolved([
      lineFrame("native@1010", "leaf", 3),
      lineFrame("native@2010", "caller", 3),
      lineFrame("x.py", "f", 1),
      lineFrame("native@9010", "elsewhere", 3),
      lineFrame("native@1020", "b.so+0x20", 0),
    ]),
    [
      { file: "/lib/b.so.c", scope: "LEAF", line: 9 },
      // Behind a call, so the instruction before it counts.
      { file: "/lib/b.so", scope: "CALLER", line: 0x100f },
      { file: "x.py", scope: "f", line: 1 },
      { file: "native@9010", scope: "elsewhere", line: 3 },
      { file: "/lib/b.so.c", scope: "told", line: 9 },
    ],
  );
});

Deno.test("NativeCode.resolve() has nothing when nothing can be looked up", async () => {
  const frames = new FrameTable();
  const sample = new Sample();
  sample.frameIds[0] = frames.add(lineFrame("native@1010", "leaf", 3));
  sample.frameCount = 1;
  const code = new NativeCode();
  code.sample(sample, frames);
  code.metadata("map", "1000-2000 /lib/b.so");
  assert.equal(await code.resolve(() => Promise.resolve(null)), null);
});
