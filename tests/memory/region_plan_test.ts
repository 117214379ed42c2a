import assert from "node:assert/strict";
import fc from "fast-check";
import { RegionPlan } from "../../src/memory/region_plan.ts";
import { regionAddress, regionSize } from "../../src/memory/remote_memory.ts";

const MAX_SIZE = 1 << 20;

type Region = readonly [address: number, size: number];

function planOf(...regions: Region[]): RegionPlan {
  const plan = new RegionPlan();
  for (const [address, size] of regions) plan.add(address, size, 0);
  plan.rebuild(0, false, MAX_SIZE);
  return plan;
}

function regionsOf(plan: RegionPlan): Region[] {
  return Array.from(
    { length: plan.count },
    (_, i) => [plan.address[i]!, plan.size[i]!],
  );
}

function tableOf(plan: RegionPlan): Region[] {
  return Array.from(
    { length: plan.tableCount },
    (_, i) => [regionAddress(plan.table, i), regionSize(plan.table, i)],
  );
}

Deno.test("RegionPlan.find() gives the last region that starts at or before an address", () => {
  const plan = planOf([0x3000, 8], [0x1000, 8], [0x2000, 8]);
  const found = [0xfff, 0x1000, 0x1fff, 0x2000, 0x3001].map((address) =>
    plan.find(address)
  );
  assert.deepEqual(found, [-1, 0, 0, 1, 2]);
});

Deno.test("RegionPlan sorts regions and keeps those that are apart", () => {
  const plan = planOf([0x9000, 16], [0x1000, 8]);
  assert.deepEqual(regionsOf(plan), [[0x1000, 8], [0x9000, 16]]);
  assert.deepEqual(tableOf(plan), [[0x1000, 8], [0x9000, 16]]);
  assert.equal(plan.totalSize, 24);
});

Deno.test.each(
  [
    ["the same one twice", [[0x1000, 8], [0x1000, 8]], [[0x1000, 8]]],
    ["a longer one", [[0x1000, 8], [0x1000, 64]], [[0x1000, 64]]],
    ["one that begins within", [[0x1000, 64], [0x1020, 64]], [[0x1000, 96]]],
    ["one that begins before", [[0x1020, 64], [0x1000, 64]], [[0x1000, 96]]],
    ["one that lies within", [[0x1000, 64], [0x1010, 8]], [[0x1000, 64]]],
    ["one that covers several", [[0x1010, 8], [0x1020, 8], [0x1000, 64]], [[
      0x1000,
      64,
    ]]],
  ] as [string, Region[], Region[]][],
)("RegionPlan joins regions that overlap: %s", (_name, added, expected) => {
  assert.deepEqual(regionsOf(planOf(...added)), expected);
});

Deno.test("RegionPlan reads neighbours on one page as one", () => {
  const plan = planOf([0x1000, 8], [0x1ff0, 8]);
  assert.deepEqual(tableOf(plan), [[0x1000, 0xff8]]);
  assert.deepEqual([...plan.local.subarray(0, 2)], [0, 0xff0]);
  assert.equal(plan.totalSize, 0xff8);
});

Deno.test("RegionPlan reads neighbours as one when no page lies between them", () => {
  const plan = planOf([0x1000, 8], [0x2ff8, 8], [0x4000, 8]);
  assert.deepEqual(tableOf(plan), [[0x1000, 0x2000], [0x4000, 8]]);
  assert.deepEqual([...plan.local.subarray(0, 3)], [0, 0x1ff8, 0x2000]);
});

Deno.test("RegionPlan rounds sizes up to whole words", () => {
  assert.deepEqual(regionsOf(planOf([0x1000, 1])), [[0x1000, 8]]);
});

Deno.test("RegionPlan forgets what was not needed for 64 passes", () => {
  const plan = planOf([0x1000, 8], [0x9000, 8]);
  plan.touch(1, 8, 10);
  plan.rebuild(64, false, MAX_SIZE);
  assert.equal(plan.count, 2);
  plan.rebuild(65, false, MAX_SIZE);
  assert.deepEqual(regionsOf(plan), [[0x9000, 8]]);
});

Deno.test("RegionPlan.drop() takes a region out at the next rebuild", () => {
  const plan = planOf([0x1000, 8], [0x9000, 8]);
  plan.drop(0);
  plan.rebuild(0, false, MAX_SIZE);
  assert.deepEqual(regionsOf(plan), [[0x9000, 8]]);
});

Deno.test("RegionPlan shrinks regions only when told to, to what was needed since", () => {
  const plan = planOf([0x1000, 4096]);
  plan.rebuild(1, true, MAX_SIZE);
  plan.touch(0, 100, 2);
  plan.rebuild(2, false, MAX_SIZE);
  assert.deepEqual(regionsOf(plan), [[0x1000, 4096]]);
  plan.rebuild(3, true, MAX_SIZE);
  assert.deepEqual(regionsOf(plan), [[0x1000, 104]]);
});

Deno.test("RegionPlan.rebuild() tells whether an address has another place", () => {
  const plan = planOf([0x1000, 64], [0x9000, 64]);
  plan.add(0x1010, 8, 1);
  assert.equal(plan.rebuild(1, false, MAX_SIZE), false);
  plan.add(0x5000, 8, 2);
  assert.equal(plan.rebuild(2, false, MAX_SIZE), true);
  plan.drop(1);
  assert.equal(plan.rebuild(3, false, MAX_SIZE), true);
  plan.add(0x9040, 8, 4);
  assert.equal(plan.rebuild(4, false, MAX_SIZE), true);
});

Deno.test("RegionPlan leaves out what does not fit into the snapshot", () => {
  const plan = new RegionPlan();
  plan.add(0x1000, 600, 0);
  plan.add(0x9000, 600, 0);
  plan.rebuild(0, false, 1000);
  assert.deepEqual(regionsOf(plan), [[0x1000, 600]]);
  assert.equal(plan.totalSize, 600);
});

Deno.test("RegionPlan grows past its first capacity", () => {
  const regions = Array.from(
    { length: 5000 },
    (_, i): Region => [0x7f0000000000 + i * 8192, 16],
  );
  const plan = planOf(...regions.toReversed());
  assert.deepEqual(regionsOf(plan), regions);
  assert.deepEqual(tableOf(plan), regions);
});

Deno.test("RegionPlan covers whatever was added, in order, without overlaps", () => {
  const region = fc.tuple(
    fc.integer({ min: 0, max: 20_000 }),
    fc.integer({ min: 1, max: 3_000 }),
  );
  fc.assert(fc.property(
    fc.array(fc.array(region, { maxLength: 20 }), { maxLength: 4 }),
    (batches) => {
      const plan = new RegionPlan();
      batches.forEach((batch, pass) => {
        for (const [address, size] of batch) plan.add(address, size, pass);
        plan.rebuild(pass, false, MAX_SIZE);
      });
      for (const [address, size] of batches.flat()) {
        const index = plan.find(address);
        assert.ok(index >= 0);
        const end = plan.address[index]! + plan.size[index]!;
        assert.ok(address + size <= end, `${address}+${size} > ${end}`);
      }
      checkPlaces(plan);
    },
  ));
});

/** Every region has its own place, where the region table puts its bytes. */
function checkPlaces(plan: RegionPlan): void {
  const places = new Map<number, number>();
  let local = 0;
  for (const [address, size] of tableOf(plan)) {
    for (let i = 0; i < size; i++) places.set(address + i, local + i);
    local += size;
  }
  assert.equal(plan.totalSize, local);
  let end = -1;
  for (let i = 0; i < plan.count; i++) {
    const address = plan.address[i]!;
    assert.ok(address >= end);
    end = address + plan.size[i]!;
    assert.equal(plan.local[i], places.get(address));
  }
}
