import assert from "node:assert/strict";
import {
  HIDDEN_PREFIX,
  insertedVariables,
  takeOriginal,
  targetEnvironment,
} from "../../src/process/environment.ts";

function fakeEnvironment(variables: Record<string, string>) {
  const left = new Map(Object.entries(variables));
  return {
    left,
    toObject: () => Object.fromEntries(left),
    delete: (name: string) => void left.delete(name),
  };
}

Deno.test("takeOriginal() removes what was inserted and gives back what was renamed", () => {
  const environment = fakeEnvironment({
    PATH: "/bin",
    ...insertedVariables,
    [`${HIDDEN_PREFIX}DENO_DIR`]: "/mine",
    [`${HIDDEN_PREFIX}NODE_OPTIONS`]: "",
  });
  assert.deepEqual(takeOriginal(environment), {
    DENO_DIR: "/mine",
    NODE_OPTIONS: "",
  });
  assert.deepEqual(Object.fromEntries(environment.left), { PATH: "/bin" });
});

Deno.test("takeOriginal() gives back a variable of the user's that has our prefix", () => {
  const environment = fakeEnvironment({
    [`${HIDDEN_PREFIX}${HIDDEN_PREFIX}A`]: "1",
  });
  assert.deepEqual(takeOriginal(environment), { [`${HIDDEN_PREFIX}A`]: "1" });
});

Deno.test("targetEnvironment() leaves the environment of an unpacked program alone", () => {
  Deno.env.set("DENO_DISABLE_NODE_SHIM", "the user's");
  Deno.env.set(`${HIDDEN_PREFIX}A`, "the user's");
  try {
    assert.deepEqual(targetEnvironment(false), {});
    assert.equal(Deno.env.get("DENO_DISABLE_NODE_SHIM"), "the user's");
    assert.equal(Deno.env.get(`${HIDDEN_PREFIX}A`), "the user's");
  } finally {
    Deno.env.delete("DENO_DISABLE_NODE_SHIM");
    Deno.env.delete(`${HIDDEN_PREFIX}A`);
  }
});

// Runs in a process of its own: in this one the runtime's variables have to stay.
Deno.test("targetEnvironment() gives the same for every target", async () => {
  const module = new URL("../../src/process/environment.ts", import.meta.url);
  const code = `import { targetEnvironment } from ${JSON.stringify(module)};
    const first = targetEnvironment(true);
    first.B = "changed";
    console.log(JSON.stringify([targetEnvironment(true), Deno.env.has("${HIDDEN_PREFIX}A")]));`;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-config", code],
    env: { [`${HIDDEN_PREFIX}A`]: "1" },
  }).output();
  assert.deepEqual(JSON.parse(new TextDecoder().decode(stdout)), [
    { A: "1" },
    false,
  ]);
});
