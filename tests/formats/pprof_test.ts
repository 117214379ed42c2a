import assert from "node:assert/strict";
import { gunzipSync } from "node:zlib";
import { Profile } from "pprof-format";
import { createPprof } from "../../src/formats/pprof.ts";
import { readWhole } from "../../src/formats/read_whole.ts";
import { MEASURED, SAMPLES, TOTALS, WORK_OWN } from "../support/formats.ts";
import { writeProfile } from "../support/profile.ts";

const NAMES = {
  wall: "wall",
  cpu: "cpu",
  gained: "memory_gained",
  released: "memory_released",
};

function pprof(...args: Parameters<typeof writeProfile>): Profile {
  return Profile.decode(gunzipSync(writeProfile(...args)));
}

/** Sums of each sample type, over the samples whose leaf is the function; null for all. */
function sums(profile: Profile, leaf: string | null): Record<string, number> {
  const { strings } = profile.stringTable;
  const functionOf = (id: number) => {
    const line = profile.location.find((one) => one.id === id)!.line[0]!;
    const found = profile.function.find(({ id }) => id === line.functionId)!;
    return strings[Number(found.name)];
  };
  const samples = profile.sample.filter(({ locationId }) =>
    leaf === null || functionOf(Number(locationId[0])) === leaf
  );
  return Object.fromEntries(profile.sampleType.map(({ type }, i) => [
    strings[Number(type)]!,
    samples.reduce((sum, { value }) => sum + signed(value[i]!), 0),
  ]));
}

/** Values are 64-bit two's complement; the decoder takes them for unsigned. */
function signed(value: number | bigint): number {
  return Number(BigInt.asIntN(64, BigInt(value)));
}

Deno.test.each([["time"], ["memory"], ["full"]] as const)(
  "createPprof() keeps every total: %s",
  (metrics) => {
    const profile = pprof(SAMPLES, { format: createPprof, metrics });
    const expected = (of: typeof TOTALS) =>
      Object.fromEntries(
        MEASURED[metrics].map((name) => [NAMES[name], of[name]]),
      );
    assert.deepEqual(sums(profile, null), expected(TOTALS));
    assert.deepEqual(
      sums(profile, "Job.work"),
      expected({ ...WORK_OWN }),
    );
  },
);

Deno.test("createPprof() has lines, columns, labels, a mapping and a period", () => {
  const profile = pprof(SAMPLES, {
    format: createPprof,
    metrics: "time",
    head: [["mode", "wall"], ["interval", "100"]],
    trailer: [["duration", "380"]],
  });
  const { strings } = profile.stringTable;
  const lines = profile.location.map(({ line }) =>
    [Number(line[0]!.line), Number(line[0]!.column)].join(":")
  );
  assert.ok(lines.includes("10:1") && lines.includes("5:5"), lines.join());
  const labels = profile.sample.map(({ label }) =>
    label.map(({ key, str }) =>
      `${strings[Number(key)]}=${strings[Number(str)]}`
    ).join()
  );
  assert.ok(labels.includes("process=1,thread=2"), labels.join("\n"));
  assert.ok(labels.includes("process=7,interpreter=1,thread=7"));
  assert.equal(strings[Number(profile.mapping[0]!.filename)], "a test");
  assert.ok(profile.mapping[0]!.hasLineNumbers);
  assert.equal(Number(profile.period), 100);
  assert.equal(strings[Number(profile.periodType!.unit)], "microseconds");
  assert.equal(Number(profile.durationNanos), 380_000);
});

Deno.test("createPprof() subtracts a base", async () => {
  const text = writeProfile(SAMPLES, { format: "mojo", metrics: "full" });
  const base = await readWhole([text], "base");
  const profile = pprof(SAMPLES, {
    format: createPprof,
    metrics: "full",
    options: { base },
  });
  for (const sum of Object.values(sums(profile, null))) assert.equal(sum, 0);
  assert.ok(profile.stringTable.strings.includes("pprof::base"));
});
