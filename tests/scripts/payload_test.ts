import assert from "node:assert/strict";
import {
  HIDDEN_PREFIX,
  insertedVariables,
} from "../../src/process/environment.ts";
import { buildPayload, ENTRY_OFFSET } from "../../scripts/pack/payload.ts";

const encoder = new TextEncoder();

const stub = new Uint8Array(ENTRY_OFFSET + 40).fill(0x90);
stub.set(encoder.encode("ASTPACK1"));
stub.fill(0, 8, ENTRY_OFFSET);

const payload = {
  stub,
  loader: encoder.encode("loader"),
  library: encoder.encode("library"),
  bundle: encoder.encode("bundle"),
};
const place = { address: 0x9000, entry: 0x1234, environSlot: 0xa008 };

function build() {
  const segment = buildPayload(payload, place);
  const view = new DataView(segment.buffer);
  const parameter = (i: number) => Number(view.getBigInt64(8 + i * 8, true));
  const text = (start: number, end?: number) =>
    new TextDecoder().decode(segment.subarray(start, end));
  const list = (start: number) => {
    const strings = text(start).split("\0");
    return strings.slice(0, strings.indexOf(""));
  };
  return { segment, parameter, text, list };
}

Deno.test("buildPayload() counts addresses from the beginning of the segment", () => {
  const { parameter } = build();
  assert.equal(parameter(0), 0x1234 - 0x9000);
  assert.equal(parameter(1), 0xa008 - 0x9000);
});

Deno.test("buildPayload() says where the parts are, and how long", () => {
  const { parameter, text } = build();
  const parts = [7, 9, 11].map((i) =>
    text(parameter(i), parameter(i) + parameter(i + 1))
  );
  assert.deepEqual(parts, ["loader", "library", "bundle"]);
});

Deno.test("buildPayload() leaves the stub's code as it is", () => {
  const { segment } = build();
  assert.deepEqual(
    segment.subarray(ENTRY_OFFSET, stub.length),
    stub.subarray(ENTRY_OFFSET),
  );
});

Deno.test("buildPayload() ends deno's arguments with an option, for the script to follow", () => {
  const { list, parameter } = build();
  const args = list(parameter(2));
  assert.deepEqual(args.slice(0, 2), ["austin", "run"]);
  assert.ok(args.slice(2).every((arg) => arg.startsWith("--")), args.join(" "));
});

Deno.test("buildPayload() hides every variable that it sets, and its own prefix", () => {
  const { list, parameter } = build();
  const settings = list(parameter(3));
  const hidden = list(parameter(4));
  assert.equal(settings.length, Object.keys(insertedVariables).length);
  for (const variable of [...settings, `${HIDDEN_PREFIX}A=1`]) {
    assert.ok(hidden.some((prefix) => variable.startsWith(prefix)), variable);
  }
});

Deno.test("buildPayload() trusts no variable that it hides", () => {
  const { list, parameter } = build();
  const hidden = list(parameter(4));
  const trusted = list(parameter(5));
  assert.ok(trusted.includes("PATH="));
  assert.ok(!trusted.some((prefix) => hidden.includes(prefix)));
  assert.ok(!trusted.some((prefix) => prefix.startsWith("LD_")));
});

Deno.test("buildPayload() refuses a stub without its table", () => {
  for (
    const wrong of [new Uint8Array(), stub.subarray(0, 8), stub.subarray(1)]
  ) {
    assert.throws(
      () => buildPayload({ ...payload, stub: wrong }, place),
      /Cannot pack: the entry stub does not begin with its parameter table/,
    );
  }
});
