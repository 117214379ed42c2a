/**
 * The environment that a launched target gets: the user's.
 *
 * A packed austin starts with variables of its own for the runtime, and with
 * those that the runtime would listen to renamed (see `scripts/pack.ts` and
 * `native/entry_stub.c`). Neither may reach the target. Started in another
 * way the environment is the user's already.
 */

/** What the entry stub gives to the runtime, so that it writes nothing and says nothing. */
export const insertedVariables: Readonly<Record<string, string>> = {
  // Below a file, so it cannot be made: all caches stay in memory. Not below
  // /dev/null, which is not everywhere, and would then be made.
  DENO_DIR: "/proc/self/cmdline/austin",
  // Without it that is reported on a terminal, even with --quiet.
  DENO_LOG: "error,deno::cache=off",
  // Otherwise a link named `node` is put somewhere on the PATH of children.
  DENO_DISABLE_NODE_SHIM: "1",
  DENO_NO_UPDATE_CHECK: "1",
  DENO_NO_PACKAGE_JSON: "1",
};

/** What the entry stub puts before the name of a variable that the runtime must not see. */
export const HIDDEN_PREFIX = "AUSTIN_ENV_";

/** The part of `Deno.env` that is needed here. */
export type Environment = Pick<Deno.Env, "toObject" | "delete">;

let original: Record<string, string> | undefined;

/**
 * Makes this process's environment fit to be inherited, as far as that goes.
 *
 * @returns the variables that have to be added to it: the value of `env` for
 *   a `Deno.Command`. Do not set `clearEnv` with it: variables that are not
 *   UTF-8 only survive by being inherited.
 * @param packed whether this process came through the entry stub, which leaves
 *   `globalThis.__austin`.
 */
export function targetEnvironment(
  packed = "__austin" in globalThis,
): Record<string, string> {
  if (!packed) return {};
  original ??= takeOriginal(Deno.env);
  return { ...original };
}

/**
 * Removes what the entry stub inserted and renamed.
 *
 * @returns the renamed variables under their own names. They are not set
 *   again here, because the runtime reads some of them late.
 */
export function takeOriginal(environment: Environment): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment.toObject())) {
    if (name.startsWith(HIDDEN_PREFIX)) {
      found[name.slice(HIDDEN_PREFIX.length)] = value;
      environment.delete(name);
    }
  }
  for (const name of Object.keys(insertedVariables)) environment.delete(name);
  return found;
}
