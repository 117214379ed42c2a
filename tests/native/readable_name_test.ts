import assert from "node:assert/strict";
import { openDemangler } from "../../ffi/demangler.ts";
import { openShim } from "../../ffi/shim.ts";
import { readableName } from "../../src/native/readable_name.ts";
import { run } from "../support/program.ts";
import { testNeeding, tool } from "../support/needs.ts";

const none = () => null;

/** Opened here, because it stays open. */
const demangle = openDemangler(openShim());
demangle("_Z1fv");

Deno.test.each(
  [
    ["__pyx_pw_4spam_1eggs", "spam.eggs"],
    ["__pyx_pf_4spam_eggs", "spam.eggs"],
    ["__pyx_pf_4spam_3Ham_cook", "spam.Ham.cook"],
    ["__pyx_pw_3pkg_4spam_3Ham_5cook", "pkg.spam.Ham.cook"],
    ["__pyx_pw_4spam_3foo_bar", "spam.foo_bar"],
    ["__pyx_f_4spam_3Ham_slice_it", "spam.Ham.slice_it"],
    ["__pyx_f_4spam_plain", "spam.plain"],
    ["__pyx_gb_4spam_2generator", "spam.generator"],
    ["__pyx_pymod_exec_spam", "__pyx_pymod_exec_spam"],
    ["__pyx_f_99spam_x", "__pyx_f_99spam_x"],
    ["PyEval_EvalCode", "PyEval_EvalCode"],
    ["_Zoo", "_Zoo"],
  ] as const,
)("readableName() reads %s", (name, expected) => {
  assert.equal(readableName(name, none), expected);
});

Deno.test("readableName() leaves out the hash at the end of Rust's names", () => {
  const hashed = () => "core::fmt::write::h0123456789abcdef";
  assert.equal(readableName("_ZN4core…E", hashed), "core::fmt::write");
});

Deno.test("readableName() cuts a name that is too long", () => {
  assert.equal(readableName("_Z".padEnd(10_000, "i"), none).length, 4096);
});

testNeeding(
  [tool("c++filt")],
  "readableName() reads C++ and Rust as c++filt does",
  async () => {
    const names = [
      "_ZN4spam4eggsEi",
      "_ZNSt6vectorIiSaIiEE9push_backEOi",
      "_Z3fooi.cold",
      "_ZN3FooD1Ev",
      "_RNvCs1234_7mycrate3foo",
      "_RINvNtC3std3mem8align_ofNtNvC4main4main3FooE",
      "_ZN4core3fmt5write17h0123456789abcdefE",
    ];
    const { stdout } = await run(["c++filt", "-i", ...names]);
    const expected = stdout.trim().split("\n");
    assert.notEqual(expected[0], names[0]);
    assert.deepEqual(
      names.map((name) => readableName(name, demangle)),
      expected,
    );
  },
);
