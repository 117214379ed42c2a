/** What a page shows, apart from the document: one plain value, replaced at each change. */

import type { Theme } from "../formats/flame_graph/color.ts";
import { type View, WHOLE } from "../formats/flame_graph/view_tree.ts";

/** What the user has chosen. */
export interface PageState {
  readonly view: View;
  /** Whether the outermost frames are at the top. */
  readonly isIcicle: boolean;
  readonly theme: Theme;
  readonly term: string;
  readonly tab: "graph" | "functions";
  readonly order: "own" | "total";
}

/** What a page shows at first. */
export function firstState(theme: Theme): PageState {
  return {
    view: WHOLE,
    isIcicle: true,
    theme,
    term: "",
    tab: "graph",
    order: "own",
  };
}
