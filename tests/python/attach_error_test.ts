import assert from "node:assert/strict";
import { ExitCode, UnknownVersionError } from "../../src/errors.ts";
import { attachError, type Failure } from "../../src/python/attach_error.ts";
import { FakeProcess } from "../support/fake_python.ts";

Deno.test.each(
  [
    [
      { kind: "notPython" },
      ExitCode.notPython,
      "Cannot attach: process 42 is not a Python process",
    ],
    [
      { kind: "notReady", path: "/usr/lib/libpython3.8.so.1.0" },
      ExitCode.notPython,
      "Cannot attach: process 42 is not a Python process: " +
      "it has loaded libpython3.8.so.1.0, but runs no interpreter",
    ],
    [
      { kind: "unsupported", python: "Python 2.7.18" },
      ExitCode.unknownVersion,
      "Cannot sample process 42: it runs Python 2.7.18",
    ],
    [
      { kind: "gone" },
      ExitCode.noProcess,
      "Cannot attach to process 42: there is no such process",
    ],
    [
      { kind: "denied" },
      ExitCode.permission,
      "Insufficient permissions: cannot read the memory of process 42",
    ],
    [
      { kind: "failed" },
      ExitCode.internal,
      "Cannot attach to process 42: it cannot be read",
    ],
  ] as const satisfies [Failure, number, string][],
)("attachError() of %o", (failure, exitCode, message) => {
  const error = attachError(new FakeProcess(), failure);
  assert.equal(error.exitCode, exitCode);
  assert.equal(error.message, message);
});

Deno.test("attachError() says which Pythons work", () => {
  const failure = { kind: "unsupported", python: "Python 3.16.0" } as const;
  const { hint } = attachError(new FakeProcess(), failure);
  assert.equal(
    hint,
    "CPython 3.8 to 3.15 work: 64-bit ones, and those for i386 Linux",
  );
});

Deno.test("attachError() says what is wrong with debug offsets", () => {
  const cause = new UnknownVersionError("Cannot use the debug offsets");
  const python = "Python 3.15.0";
  const failure = { kind: "unsupported", python, cause } as const;
  assert.equal(attachError(new FakeProcess(), failure), cause);
});

Deno.test("attachError() speaks of wrappers and children", () => {
  const { hint } = attachError(new FakeProcess(), { kind: "notPython" });
  assert.match(hint, /`-C\/--children`.*wrapper.*exec.*`-t\/--timeout`/);
});

Deno.test("attachError() tells what the system says of permissions", () => {
  const { hint } = attachError(new FakeProcess(), { kind: "denied" });
  assert.equal(hint, "ask nicely");
});
