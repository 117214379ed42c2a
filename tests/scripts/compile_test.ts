import assert from "node:assert/strict";
import {
  baseBinaryFailure,
  compileArguments,
  compiledFile,
  missingBaseBinary,
} from "../../scripts/compile.ts";
import { root } from "../../scripts/tree.ts";

Deno.test("compileArguments() includes the shim of the target, and ends with the program", () => {
  const args = compileArguments("aarch64-unknown-linux-gnu");
  assert.equal(args[0], "compile");
  assert.ok(args.includes("--target=aarch64-unknown-linux-gnu"));
  assert.ok(
    args.includes(`--include=${root}/native/build/aarch64-unknown-linux-gnu`),
  );
  assert.ok(
    args.includes(`--output=${root}/dist/austin-aarch64-unknown-linux-gnu`),
  );
  assert.ok(args.includes("--allow-all"));
  assert.equal(args.at(-1), `${root}/main.ts`);
});

Deno.test("compiledFile() has the suffix that Windows wants", () => {
  const name = compiledFile("x86_64-pc-windows-msvc").slice(root.length);
  assert.equal(name, "/dist/austin-x86_64-pc-windows-msvc.exe");
});

// As Deno 2.9.6 prints it; the host's name is another.
const failure =
  `error: Writing deno compile executable to temporary file 'austin.tmp'

Caused by:
    0: Setting up base binary.
    1: error sending request for url (host): client error (Connect): dns error: failed
    2: dns error
    3: failed to lookup address information: Name or service not known

Stack backtrace:
   0: <unknown>
`;

Deno.test("baseBinaryFailure() finds the innermost reason", () => {
  assert.equal(
    baseBinaryFailure(failure),
    "failed to lookup address information: Name or service not known",
  );
});

Deno.test("baseBinaryFailure() knows other failures from this one", () => {
  assert.equal(baseBinaryFailure("error: Module not found"), undefined);
  assert.equal(baseBinaryFailure(""), undefined);
});

Deno.test("missingBaseBinary() says what was tried and how to supply it", () => {
  const error = missingBaseBinary({
    target: "x86_64-unknown-linux-gnu",
    version: "2.9.6",
    denortBin: undefined,
    denoDir: "/cache",
  }, "no route");
  assert.equal(
    error.message,
    `Cannot compile: there is no base binary of deno 2.9.6 for x86_64-unknown-linux-gnu
tried: $DENORT_BIN: not set
tried: /cache/dl/release/v2.9.6/denort-x86_64-unknown-linux-gnu.zip
tried: download: no route`,
  );
  assert.match(error.hint, /\$DENORT_BIN.*deno task pack/);
});
