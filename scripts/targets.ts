/** The systems that austin is made for, by Deno's names. */

import { AustinError } from "../src/errors.ts";

/** Every target that deno has. */
export const targets = [
  "x86_64-unknown-linux-gnu",
  "aarch64-unknown-linux-gnu",
  "x86_64-apple-darwin",
  "aarch64-apple-darwin",
  "x86_64-pc-windows-msvc",
  "aarch64-pc-windows-msvc",
] as const;

/** One of Deno's targets. */
export type Target = typeof targets[number];

/** The target that the arguments ask for. @throws AustinError when there is none such. */
export function parseTarget(
  args: readonly string[],
  own: string = Deno.build.target,
): Target {
  const [option, value, ...rest] = args.flatMap((arg) =>
    arg.startsWith("--target=") ? ["--target", arg.slice(9)] : [arg]
  );
  const wanted = option === undefined ? own : value;
  const target = targets.find((known) => known === wanted);
  const isUnderstood = option === undefined || option === "--target";
  if (target !== undefined && isUnderstood && rest.length === 0) return target;
  throw new AustinError(
    `Arguments not understood: ${args.join(" ")}`,
    `use --target with one of ${targets.join(", ")}`,
  );
}
