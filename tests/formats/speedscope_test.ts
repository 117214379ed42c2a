import assert from "node:assert/strict";
import { createSpeedscope } from "../../src/formats/speedscope.ts";
import { MEASURED, SAMPLES, TOTALS } from "../support/formats.ts";
import { lineFrame, plainSample, writeProfile } from "../support/profile.ts";

interface File {
  readonly $schema: string;
  readonly profiles: readonly {
    readonly name: string;
    readonly type: string;
    readonly unit: string;
    readonly startValue: number;
    readonly endValue: number;
    readonly samples: readonly number[][];
    readonly weights: readonly number[];
  }[];
  readonly shared: { readonly frames: readonly { readonly name: string }[] };
  readonly activeProfileIndex: number;
}

function speedscope(...args: Parameters<typeof writeProfile>): File {
  return JSON.parse(new TextDecoder().decode(writeProfile(...args)));
}

const TITLES = {
  wall: "Wall time",
  cpu: "CPU time",
  gained: "Memory gained",
  released: "Memory released",
};

Deno.test.each([["time"], ["memory"], ["full"]] as const)(
  "createSpeedscope() keeps every total of every metric: %s",
  (metrics) => {
    const file = speedscope(SAMPLES, { format: createSpeedscope, metrics });
    for (const name of MEASURED[metrics]) {
      const profiles = file.profiles.filter((profile) =>
        profile.name.startsWith(TITLES[name])
      );
      const weights = profiles.flatMap(({ weights }) => weights);
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      assert.equal(total, TOTALS[name], name);
      const unit = name === "wall" || name === "cpu" ? "microseconds" : "bytes";
      assert.deepEqual([...new Set(profiles.map(({ unit }) => unit))], [unit]);
    }
  },
);

Deno.test("createSpeedscope() has a profile for each thread, with consistent numbers", () => {
  const file = speedscope(SAMPLES, {
    format: createSpeedscope,
    metrics: "time",
  });
  assert.equal(
    file.$schema,
    "https://www.speedscope.app/file-format-schema.json",
  );
  assert.deepEqual(file.profiles.map(({ name }) => name), [
    "Wall time: Process 1, thread 1",
    "Wall time: Process 1, thread 2",
    "Wall time: Process 7, interpreter 1, thread 7",
  ]);
  for (const profile of file.profiles) {
    assert.equal(profile.type, "sampled");
    assert.equal(profile.startValue, 0);
    assert.equal(profile.samples.length, profile.weights.length);
    const sum = profile.weights.reduce((sum, weight) => sum + weight, 0);
    assert.equal(profile.endValue, sum);
    for (const stack of profile.samples) {
      assert.ok(stack.length > 0);
      assert.ok(stack.every((index) => index in file.shared.frames));
    }
  }
});

Deno.test("createSpeedscope() keeps the order, and takes expressions of one line for one frame", () => {
  const file = speedscope(SAMPLES, {
    format: createSpeedscope,
    metrics: "time",
  });
  const [first] = file.profiles;
  const names = first!.samples.map((stack) =>
    stack.map((index) => file.shared.frames[index]!.name)
  );
  assert.deepEqual(names, [
    ["<module>", "Job.work"],
    ["<module>", "Job.work", "Job.work"],
    ["<module>", "Job.work"],
  ]);
  assert.equal(first!.samples[0]!.join(), first!.samples[2]!.join());
});

Deno.test("createSpeedscope() puts equal samples in a row together", () => {
  const frames = [lineFrame("a.py", "f", 1)];
  const samples = [10, 20, 30].map((timeUs) => plainSample({ frames, timeUs }));
  const file = speedscope(samples, {
    format: createSpeedscope,
    metrics: "time",
  });
  assert.deepEqual(file.profiles[0]!.weights, [60]);
});

Deno.test("createSpeedscope() knows frames that the producer forgot and numbers anew", () => {
  const epochs = new Set([1, 2, 4, 6]);
  const options = { format: createSpeedscope, metrics: "full" } as const;
  assert.deepEqual(
    speedscope(SAMPLES, { ...options, epochs }),
    speedscope(SAMPLES, options),
  );
});

Deno.test("createSpeedscope() names threads where names are known", () => {
  const samples = [
    plainSample({ tid: 0, threadName: 'a "b"', timeUs: 1 }),
    plainSample({ tid: 5, threadName: "c", timeUs: 1 }),
  ];
  const file = speedscope(samples, {
    format: createSpeedscope,
    metrics: "time",
  });
  assert.deepEqual(file.profiles.map(({ name }) => name), [
    'Wall time: Process 1, thread "a "b""',
    'Wall time: Process 1, thread 5 "c"',
  ]);
});
