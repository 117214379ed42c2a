/**
 * What a flame graph shows, as JSON: written into the page, or sent to it while
 * a run goes on.
 *
 * The call tree is in columns: node `i` has the parent `parents[i]`, which is
 * below `i`, and stands for what `keys[i]` says: `4 * number + kind`, as
 * `keyOf` of `call_tree.ts` has it. All names are fit to be seen.
 */

/** A metric, without how it is found. */
export interface DocumentMetric {
  readonly name: string;
  readonly title: string;
  readonly unit: "us" | "bytes";
}

/** A flame graph. */
export interface FlameDocument {
  /** What was sampled: a command, a process, a file. */
  readonly title: string;
  /** What else is known of the run, as label and value. */
  readonly facts: readonly (readonly [label: string, value: string])[];
  readonly metrics: readonly DocumentMetric[];
  /** Files and scopes. */
  readonly names: readonly string[];
  /** Three numbers for each frame: name of the file, name of the scope, line. */
  readonly frames: readonly number[];
  readonly processes: readonly string[];
  readonly threads: readonly string[];
  readonly parents: readonly number[];
  readonly keys: readonly number[];
  /** By metric, what each node has of its own. */
  readonly own: readonly (readonly number[])[];
  /** The same of the run that this one is compared with. */
  readonly base: readonly (readonly number[])[] | null;
  readonly samples: number;
  /** How many nodes were merged because they have little weight. */
  readonly dropped: number;
}
