import assert from "node:assert/strict";
import type { ProcessSampler } from "../../src/sampling/process_sampler.ts";
import {
  type AttachFailure,
  type Discovery,
  ProcessTree,
} from "../../src/sampling/process_tree.ts";

/** Processes that a test starts, ends and turns into Pythons. */
class FakeMachine implements Discovery {
  readonly processes = new Map<
    number,
    { children: number[]; is: "python" | AttachFailure }
  >();
  readonly looks: number[] = [];
  readonly closed: number[] = [];
  readonly asked: number[] = [];

  start(pid: number, parent = 0, is: "python" | AttachFailure = "python") {
    this.processes.set(pid, { children: [], is });
    this.processes.get(parent)?.children.push(pid);
  }

  end(pid: number): void {
    this.processes.delete(pid);
    for (const { children } of this.processes.values()) {
      if (children.includes(pid)) children.splice(children.indexOf(pid), 1);
    }
  }

  attach(pid: number): ProcessSampler | AttachFailure {
    this.looks.push(pid);
    const is = this.processes.get(pid)?.is ?? "gone";
    if (is !== "python") return is;
    const close = () => void this.closed.push(pid);
    return { pid, close } as unknown as ProcessSampler;
  }

  childrenOf(pid: number): readonly number[] {
    this.asked.push(pid);
    return this.processes.get(pid)?.children ?? [];
  }
}

function pids(tree: ProcessTree): number[] {
  return tree.samplers.map(({ pid }) => pid);
}

Deno.test("ProcessTree.update() finds the process that was asked for only", () => {
  const machine = new FakeMachine();
  machine.start(1);
  machine.start(2, 1);
  const tree = new ProcessTree(1, false, machine);
  tree.update(0);
  tree.update(1e6);
  assert.deepEqual(pids(tree), [1]);
});

Deno.test("ProcessTree.update() finds children and grandchildren at once, the newest first", () => {
  const machine = new FakeMachine();
  machine.start(1);
  machine.start(2, 1, "notPython");
  machine.start(3, 2);
  const tree = new ProcessTree(1, true, machine);
  tree.update(0);
  assert.deepEqual(pids(tree), [3, 1]);
});

Deno.test("ProcessTree.update() finds a new child within 100 ms", () => {
  const machine = new FakeMachine();
  machine.start(1);
  const tree = new ProcessTree(1, true, machine);
  tree.update(0);
  machine.start(2, 1);
  tree.update(100_000);
  assert.deepEqual(pids(tree), [2, 1]);
});

Deno.test("ProcessTree.update() asks one of many processes at a time for its children, all of them within 100 ms", () => {
  const machine = new FakeMachine();
  machine.start(1);
  for (let pid = 2; pid <= 33; pid++) machine.start(pid, 1);
  const tree = new ProcessTree(1, true, machine);
  tree.update(0);
  assert.equal(machine.asked.length, 33);
  for (let us = 100; us <= 100_000; us += 100) {
    const before = machine.asked.length;
    tree.update(us);
    assert.ok(machine.asked.length <= before + 1);
  }
  assert.equal(new Set(machine.asked.slice(33)).size, 33);
  assert.ok(machine.asked.length <= 33 * 5);
});

Deno.test("ProcessTree.update() looks again at what may become a Python, ever more rarely", () => {
  const machine = new FakeMachine();
  machine.start(1, 0, "notPython");
  const tree = new ProcessTree(1, false, machine);
  for (let us = 0; us < 1_000_000; us += 100) tree.update(us);
  assert.ok(machine.looks.length >= 20 && machine.looks.length <= 60);
  machine.processes.get(1)!.is = "python";
  for (let us = 1_000_000; us <= 1_100_000; us += 100) tree.update(us);
  assert.deepEqual(pids(tree), [1]);
});

Deno.test("ProcessTree keeps the children of a process that ends", () => {
  const machine = new FakeMachine();
  machine.start(1);
  machine.start(2, 1);
  const tree = new ProcessTree(1, true, machine);
  tree.update(0);
  machine.end(1);
  tree.remove(tree.samplers.find(({ pid }) => pid === 1)!);
  tree.update(1e6);
  assert.deepEqual(pids(tree), [2]);
  assert.equal(tree.isEmpty, false);
  assert.deepEqual(machine.closed, [1]);
  tree.remove(tree.samplers[0]!);
  assert.equal(tree.isEmpty, true);
});

Deno.test("ProcessTree.detach() has the process looked at anew", () => {
  const machine = new FakeMachine();
  machine.start(1);
  const tree = new ProcessTree(1, false, machine);
  tree.update(0);
  const [before] = tree.samplers;
  tree.detach(before!, 10);
  assert.deepEqual(pids(tree), []);
  tree.update(10);
  assert.deepEqual(pids(tree), [1]);
  assert.notEqual(tree.samplers[0], before);
});

Deno.test("ProcessTree is empty when its only process was not there", () => {
  const tree = new ProcessTree(1, true, new FakeMachine());
  tree.update(0);
  assert.equal(tree.isEmpty, true);
});

Deno.test("ProcessTree.isDenied tells that something could not be read", () => {
  const machine = new FakeMachine();
  machine.start(1, 0, "denied");
  const tree = new ProcessTree(1, true, machine);
  assert.equal(tree.isDenied, false);
  tree.update(0);
  assert.equal(tree.isDenied, true);
  assert.equal(tree.isEmpty, false);
});

Deno.test("ProcessTree.close() closes every sampler", () => {
  const machine = new FakeMachine();
  machine.start(1);
  machine.start(2, 1);
  const tree = new ProcessTree(1, true, machine);
  tree.update(0);
  tree.close();
  assert.deepEqual(machine.closed.toSorted(), [1, 2]);
});
