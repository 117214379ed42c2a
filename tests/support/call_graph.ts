/** The call-graph oracle: tells whether a stack sampled in `tests/targets/churn.py` is one that the program can have. */

/** The facts of `churn.py`; see there. */
export interface CallGraph {
  /** File name of the generated functions. */
  readonly file: string;
  /** Every function; no two share a line. */
  readonly functions:
    readonly (readonly [firstLine: number, lastLine: number, scope: string])[];
  /** First line of the one function that each calling line calls. */
  readonly calls: Readonly<Record<string, number>>;
  /** First line of the function that all others are called from. */
  readonly entry: number;
}

/** A frame as an output names it. */
export interface NamedFrame {
  readonly file: string;
  readonly scope: string;
  readonly line: number;
}

/**
 * Makes a check of stacks against a call graph.
 *
 * @returns a function that takes frames from the root to the leaf, and says what is impossible about them or `null`.
 *   Frames outside the generated file are passed over. Line 0, that of an instruction without one, calls nothing.
 */
export function callGraphOracle(
  graph: CallGraph,
): (stack: readonly NamedFrame[]) => string | null {
  const functionAt = functionOfEachLine(graph);
  const ofScope = new Map(graph.functions.map((one) => [one[2], one]));
  return (stack) => {
    let callee: number | undefined = graph.entry;
    let caller = "the root";
    for (const { file, scope, line } of stack) {
      if (file !== graph.file) continue;
      const [firstLine, , realScope] = functionAt.get(line) ??
        (line === 0 ? ofScope.get(scope) : undefined) ?? [];
      if (realScope !== scope) return `${scope} has no line ${line}`;
      if (firstLine !== callee) {
        return `${scope} (line ${line}) is not called from ${caller}`;
      }
      callee = graph.calls[line];
      caller = `${scope} (line ${line})`;
    }
    return null;
  };
}

function functionOfEachLine(
  { functions }: CallGraph,
): Map<number, CallGraph["functions"][number]> {
  const result = new Map<number, CallGraph["functions"][number]>();
  for (const one of functions) {
    for (let line = one[0]; line <= one[1]; line++) result.set(line, one);
  }
  return result;
}
