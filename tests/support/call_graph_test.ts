import assert from "node:assert/strict";
import { type CallGraph, callGraphOracle } from "./call_graph.ts";

const graph: CallGraph = {
  file: "graph.py",
  functions: [[1, 3, "leaf"], [4, 6, "other"], [7, 9, "entry"]],
  calls: { 8: 1, 9: 4 },
  entry: 7,
};
const frame = (scope: string, line: number, file = graph.file) => ({
  file,
  scope,
  line,
});
const oracle = callGraphOracle(graph);

Deno.test.each([
  ["calls that the program makes", [frame("entry", 8), frame("leaf", 2)]],
  ["a leaf that is about to call", [frame("entry", 9)]],
  ["frames of other files", [
    frame("<module>", 1, "main.py"),
    frame("entry", 9),
    frame("other", 4),
    frame("x", 1, "y.py"),
  ]],
  ["a stack without any of the functions", [frame("<module>", 1, "main.py")]],
])("callGraphOracle() takes %s", (_name, stack) => {
  assert.equal(oracle(stack), null);
});

Deno.test.each([
  ["another callee than the line's", [frame("entry", 8), frame("other", 5)]],
  ["a callee of a line that calls nothing", [
    frame("entry", 8),
    frame("leaf", 2),
    frame("other", 5),
  ]],
  ["a line of another function", [frame("entry", 2)]],
  ["another function at the root", [frame("leaf", 2)]],
])("callGraphOracle() finds %s", (_name, stack) => {
  assert.equal(typeof oracle(stack), "string");
});
