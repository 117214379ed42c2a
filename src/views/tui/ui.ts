/**
 * What the user has chosen to see. It is a value: keys make another one of it
 * (`commands.ts`), and with a snapshot it says all that is on the screen.
 */

/** Ways to look at a profile, in the order of their keys. */
export const VIEWS = ["top", "stack", "tree", "flame", "output"] as const;

export type ViewName = (typeof VIEWS)[number];

/** Columns that rows can be sorted by. */
export const SORTS = ["own", "total", "function", "file"] as const;

export type Sort = (typeof SORTS)[number];

/** Shares of the whole below which rows are left out. */
export const THRESHOLDS = [
  0,
  0.001,
  0.005,
  0.01,
  0.02,
  0.05,
  0.1,
  0.2,
  0.5,
] as const;

/** A line of text that is being typed. */
export interface Prompt {
  readonly kind: "filter" | "save";
  readonly text: string;
}

/** The choices of a user. */
export interface Ui {
  readonly view: ViewName;
  /** Number of the thread that is looked at; null for all. */
  readonly thread: number | null;
  /** Number of the metric. */
  readonly metric: number;
  /** Whether lines are told apart, not functions. */
  readonly isByLine: boolean;
  /** What the rows of each view are sorted by. */
  readonly sorts: Readonly<Record<"top" | "tree", Sort>>;
  /** Whether the least comes first, or the last of the alphabet. */
  readonly isReversed: boolean;
  /** Place in `THRESHOLDS`. */
  readonly threshold: number;
  /** What a function or file has to have in its name. */
  readonly filter: string;
  readonly isPaused: boolean;
  readonly isHelp: boolean;
  readonly prompt: Prompt | null;
  /** The row, or the node of the flame graph, that is selected: its key once the user has chosen one. */
  readonly selected: { readonly index: number; readonly key: number | null };
  /** Rows above the first one that is shown. */
  readonly scroll: number;
  /** Nodes of the tree whose children are hidden. */
  readonly closed: ReadonlySet<number>;
  /** Node that the flame graph begins with; null for the thread's root. */
  readonly zoom: number | null;
  /** Said to the user until the next key. */
  readonly notice: string;
}

/** Nothing chosen yet. */
export const INITIAL_UI: Ui = {
  view: "top",
  thread: null,
  metric: 0,
  isByLine: false,
  sorts: { top: "own", tree: "total" },
  isReversed: false,
  threshold: 0,
  filter: "",
  isPaused: false,
  isHelp: false,
  prompt: null,
  selected: { index: 0, key: null },
  scroll: 0,
  closed: new Set(),
  zoom: null,
  notice: "",
};
