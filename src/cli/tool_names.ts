/**
 * The other programs that this file is when it is started by their names: what
 * scripts know from austin-python, Austin TUI and Austin Web.
 */

/** Their names; `tools/mod.ts` has the programs. */
export const TOOL_NAMES = [
  "mojo2austin",
  "austin2speedscope",
  "austin2pprof",
  "austin-compress",
  "austin-diff",
  "austinp-resolve",
  "austin-tui",
  "austin-web",
] as const;

/** Name of one of them. */
export type ToolName = typeof TOOL_NAMES[number];

/** Names that `--links` makes; by the last one `austin` shows native stacks. */
export const LINK_NAMES: readonly string[] = [...TOOL_NAMES, "austinp"];

/** @param name of a program, without its folder. @returns it where it is one of them, or null. */
export function toolNamed(name: string): ToolName | null {
  const bare = name.replace(/\.exe$/i, "");
  return TOOL_NAMES.find((tool) => tool === bare) ?? null;
}
