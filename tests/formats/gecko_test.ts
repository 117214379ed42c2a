import assert from "node:assert/strict";
import { createGecko } from "../../src/formats/gecko.ts";
import { SAMPLES, TOTALS } from "../support/formats.ts";
import { writeProfile } from "../support/profile.ts";

interface Table {
  readonly length: number;
  readonly [column: string]: unknown;
}

interface Thread {
  readonly name: string;
  readonly pid: string;
  readonly stringArray: readonly string[];
  readonly samples: Table & {
    readonly weight: readonly number[];
    readonly time: readonly number[];
    readonly threadCPUDelta?: readonly number[];
  };
  readonly nativeAllocations?: Table & { readonly weight: readonly number[] };
  readonly [table: string]: unknown;
}

interface File {
  readonly meta: { readonly preprocessedProfileVersion: number };
  readonly threads: readonly Thread[];
}

function gecko(metrics: "time" | "memory" | "full"): File {
  const bytes = writeProfile(SAMPLES, { format: createGecko, metrics });
  return JSON.parse(new TextDecoder().decode(bytes));
}

function sum(weights: readonly number[]): number {
  return weights.reduce((sum, weight) => sum + weight, 0);
}

Deno.test("createGecko() keeps every total, and metrics apart", () => {
  const { threads } = gecko("full");
  const all = (of: (thread: Thread) => readonly number[]) =>
    Math.round(1000 * sum(threads.flatMap(of))) / 1000;
  assert.equal(all(({ samples }) => samples.weight), TOTALS.wall / 1000);
  assert.equal(all(({ samples }) => samples.threadCPUDelta!), TOTALS.cpu);
  const allocations = threads.flatMap(({ nativeAllocations }) =>
    nativeAllocations!.weight
  );
  assert.equal(sum(allocations.filter((weight) => weight > 0)), TOTALS.gained);
  assert.equal(
    -sum(allocations.filter((weight) => weight < 0)),
    TOTALS.released,
  );
});

Deno.test.each([["time"], ["memory"], ["full"]] as const)(
  "createGecko() makes tables whose columns are of one length and whose indexes are valid: %s",
  (metrics) => {
    for (const thread of gecko(metrics).threads) {
      const tables = Object.values(thread).filter((value): value is Table =>
        typeof value === "object" && value !== null && "length" in value &&
        !Array.isArray(value)
      );
      assert.ok(tables.length >= 7);
      for (const { length, ...columns } of tables) {
        for (const [name, column] of Object.entries(columns)) {
          if (Array.isArray(column)) assert.equal(column.length, length, name);
        }
      }
      const { stackTable, frameTable, funcTable } = thread as unknown as Record<
        string,
        Record<string, number[]> & { length: number }
      >;
      const isBelow = (length: number) => (index: number | null) =>
        index === null || index >= 0 && index < length;
      assert.ok(stackTable!.frame!.every(isBelow(frameTable!.length)));
      assert.ok(frameTable!.func!.every(isBelow(funcTable!.length)));
      assert.ok(funcTable!.name!.every(isBelow(thread.stringArray.length)));
      stackTable!.prefix!.forEach((prefix, i) =>
        assert.ok(isBelow(i)(prefix), `stack ${i} comes after ${prefix}`)
      );
      thread.samples.time.reduce((last, time) => {
        assert.ok(time >= last);
        return time;
      }, 0);
    }
  },
);
