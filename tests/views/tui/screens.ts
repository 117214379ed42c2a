/** Screens without a terminal: of a profile in text, after some keys. */

import { DetectingDecoder } from "../../../src/formats/read_profile.ts";
import { press, type Request } from "../../../src/views/tui/commands.ts";
import type { Size } from "../../../src/views/tui/grid.ts";
import { KeyReader } from "../../../src/views/tui/keys.ts";
import { Recorder } from "../../../src/views/tui/recorder.ts";
import { type Screen, Screens } from "../../../src/views/tui/screen.ts";
import type { Session } from "../../../src/views/tui/session.ts";
import { takeSnapshot } from "../../../src/views/tui/snapshot.ts";
import type { ColourDepth } from "../../../src/views/tui/style.ts";
import { INITIAL_UI, type Ui } from "../../../src/views/tui/ui.ts";

/** A run of two threads; the sums are easy to follow: 1 s in all. */
export const PROFILE = `# austin: 5.0.0
# interval: 100
# mode: wall
# python: 3.12.1

P42;T0:42;/app/main.py:<module>:9;/app/main.py:serve:20;/app/db.py:query:7 300000
P42;T0:42;/app/main.py:<module>:9;/app/main.py:serve:21;/app/db.py:query:8 100000
P42;T0:42;/app/main.py:<module>:9;/app/main.py:serve:22;/app/json.py:dumps:5;/app/json.py:dumps:6 200000
P42;T0:42;/app/main.py:<module>:9;/app/main.py:serve:22 50000
P42;T0:43;/app/pool.py:Worker.run:3;/app/db.py:query:7 150000
P42;T0:43;/app/pool.py:Worker.run:3;:GC: 200000
`;

/** What a header says when nothing else is asked for. */
export const SESSION: Session = {
  title: "python3 /app/main.py --port 80",
  pid: 42,
  isLive: true,
  phase: "sampling",
  readShare: null,
  trouble: "",
  elapsedUs: 500_000,
  rate: 9_876,
  cpu: [0, 0.25, 0.5, 0.75, 1],
  memory: [10e6, 20e6, 40e6],
  threadNames: new Map([[43, "worker"]]),
  output: ["Traceback", "ValueError: x"],
  outputCount: 2,
  outputNote: "Standard output is discarded.",
};

/** What screens are made of. */
export interface ScreenOptions {
  readonly profile?: string;
  readonly size?: Size;
  readonly session?: Partial<Session>;
  readonly ui?: Partial<Ui>;
  readonly depth?: ColourDepth;
  /** Keys as a terminal sends them, each of them after a refresh. */
  readonly keys?: readonly string[];
}

/** @returns what a profile's text says. */
export function recorded(profile: string): Recorder {
  const recorder = new Recorder();
  const decoder = new DetectingDecoder(recorder.index);
  const bytes = new TextEncoder().encode(profile);
  for (const event of decoder.decode(bytes)) recorder.take(event);
  if (profile !== "") {
    for (const event of decoder.end()) {
      recorder.take(event);
    }
  }
  return recorder;
}

/** @returns the screen after some keys, and what they asked for. */
export function screenAfter(
  options: ScreenOptions = {},
): Screen & { requests: Request[] } {
  const { profile = PROFILE, keys = [], depth = 256 } = options;
  const size = options.size ?? { columns: 80, rows: 24 };
  const snapshot = takeSnapshot(recorded(profile));
  const session = { ...SESSION, ...options.session };
  const screens = new Screens(depth);
  const requests: Request[] = [];
  const draw = (ui: Ui) => screens.screen(size, snapshot, session, ui);
  let screen = draw({ ...INITIAL_UI, ...options.ui });
  for (const text of keys) {
    const reader = new KeyReader();
    const typed = reader.read(new TextEncoder().encode(text));
    for (const key of [...typed, ...reader.flush()]) {
      const { ui, request } = press(screen.ui, key, screen.content);
      if (request !== undefined) requests.push(request);
      screen = draw(ui);
    }
  }
  return { ...screen, requests };
}
