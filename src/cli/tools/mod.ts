/** The other programs, by their names. */

import type { ToolName } from "../tool_names.ts";
import {
  austin2pprof,
  austin2speedscope,
  austinCompress,
  austinDiff,
  austinpResolve,
  mojo2austin,
} from "./converters.ts";
import type { Tool } from "./tool.ts";
import { austinTui, austinWeb } from "./viewers.ts";

/** Every program that there is beside `austin`. */
export const TOOLS: Readonly<Record<ToolName, Tool>> = {
  "mojo2austin": mojo2austin,
  "austin2speedscope": austin2speedscope,
  "austin2pprof": austin2pprof,
  "austin-compress": austinCompress,
  "austin-diff": austinDiff,
  "austinp-resolve": austinpResolve,
  "austin-tui": austinTui,
  "austin-web": austinWeb,
};
