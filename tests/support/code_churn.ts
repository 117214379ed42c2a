/** Judges stacks that were sampled in `tests/targets/code_churn.py`. */

/** The facts of `code_churn.py`; see there. */
export interface CodeChurn {
  readonly file: string;
  readonly first: number;
  readonly lines: number;
  readonly prefix: string;
}

/** What the stacks so far were. */
export interface NameCount {
  /** Within a function that is there for one call. */
  stacks: number;
  /** Changes from one function to another that were seen. */
  functions: number;
  /** Of `stacks`, those with another function's name, file or line. */
  wrong: number;
  /** Stacks that could not be read. */
  invalid: number;
  /** The first that is wrong. */
  example: string;
}

/** @returns `line`, which takes lines of collapsed stacks, and what they came to. */
export function nameJudge(
  facts: CodeChurn,
): { line: (line: string) => void; count: NameCount } {
  const count = { stacks: 0, functions: 0, wrong: 0, invalid: 0, example: "" };
  const { file, first, prefix } = facts;
  const called = new RegExp(
    `;${file}:run:(\\d+);([^;]*):(\\w+):(\\d+)(?:[; ])`,
  );
  let last = "";
  const line = (text: string) => {
    if (!text.startsWith("P")) return;
    if (text.includes(";:INVALID:")) {
      count.invalid++;
      return;
    }
    const [, caller, calledFile, scope, calledLine] = called.exec(text) ?? [];
    // Between two calls `make` is there, and the function that keeps them.
    if (scope === undefined || !scope.startsWith(prefix)) return;
    if (!/^\d+$/.test(scope.slice(prefix.length))) return;
    const number = Number(caller) - first;
    count.stacks++;
    if (caller !== last) count.functions++;
    last = caller!;
    const isRight = scope === `${prefix}${number}` &&
      calledFile === `${prefix}${number}.py` &&
      [1, 2, 3].includes(Number(calledLine) - number);
    if (isRight) return;
    count.wrong++;
    count.example ||= text;
  };
  return { line, count };
}
