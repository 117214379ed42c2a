// Hot path: no allocation per stack.
/**
 * What a walk found on a thread's data stack, from the root, for the next one.
 *
 * A walk inward (`stacked_frames.ts`) passes the same frames nearly every time.
 * As far as no byte of them has changed since the last copy, it would find the
 * same again: those are taken over, and the walk goes on behind them. That
 * holds as long as their code objects need no new proof.
 */

import type { Snapshot } from "../memory/snapshot.ts";
import type { DataStack } from "./data_stack.ts";
import type { FrameInterner } from "./frame_interner.ts";
import type { FrameView } from "./frame_view.ts";
import type { FrameState } from "./liveness.ts";

const INITIAL_FRAMES = 32;

/** Words of a frame: length, id, the interner's entry, state, whether C called it, ids that were found up to it, of those the certain ones. */
const WORDS = 7;

/** The frames of one thread's data stack as they were last. */
export class KnownStack {
  /** Frames that are known, from the root. */
  count = 0;
  /** Indexes of those whose `previous` is not the frame before them. */
  readonly linked: number[] = [];
  #addresses = new Float64Array(INITIAL_FRAMES);
  #words = new Int32Array(INITIAL_FRAMES * WORDS);
  #ids = new Int32Array(INITIAL_FRAMES);
  /** Known frames up to the end of each chunk, the oldest first. */
  readonly #upTo: number[] = [];
  /** Where each chunk's first frame was in the last copy. */
  readonly #places: number[] = [];
  /** What announced the frame with an index as the leaf, and whom that frame called its caller; 0 when nothing did. */
  #announcer = 0;
  #leaf = 0;
  #leafCaller = 0;
  #copy = -1;
  #stamp = -1;
  #changes = -1;

  /** Forgets the frames that may have changed since the last walk. */
  keepUnchanged(
    snapshot: Snapshot,
    interner: FrameInterner,
    data: DataStack,
  ): void {
    const isLast = this.#copy === snapshot.copy - 1 &&
      this.#stamp === interner.stamp && this.#changes === interner.changes;
    let count = isLast ? this.#countUnchanged(snapshot, data) : 0;
    // What a shim calls lies behind it.
    while (count > 0 && interner.isShim(this.#word(count - 1, 2))) count--;
    this.cut(count);
    this.#copy = -1;
  }

  /** Keeps what was found, now that the walk met nothing that cannot be. @param ids of the stack from the root; those of the known frames come first. */
  keep(
    ids: Int32Array,
    snapshot: Snapshot,
    interner: FrameInterner,
    data: DataStack,
  ): void {
    const count = this.count === 0 ? 0 : this.idCount(this.count - 1);
    if (count > ids.length) return;
    if (count > this.#ids.length) this.#ids = new Int32Array(count * 2);
    for (let i = 0; i < count; i++) this.#ids[i] = ids[i]!;
    for (let i = 0; i < this.#upTo.length; i++) {
      const chunk = data.count - 1 - i;
      this.#places[i] = data.first(chunk) - data.shift(chunk);
    }
    this.#copy = snapshot.copy;
    this.#stamp = interner.stamp;
    this.#changes = interner.changes;
  }

  /**
   * Notes what announced the last frame as the leaf (3.11, 3.12).
   * @param announcer a place on the C stack, which belongs to the evaluation loop that runs the frame. @param caller what the frame calls its caller.
   */
  noteLeaf(announcer: number, caller: number): void {
    this.#announcer = announcer;
    this.#leaf = this.count - 1;
    this.#leafCaller = caller;
  }

  /** @returns whether that announces the last frame: it did, and no frame before it has changed since, so that it is in the same evaluation loop. */
  isLeaf(announcer: number, caller: number): boolean {
    return announcer === this.#announcer && this.count - 1 === this.#leaf &&
      caller === this.#leafCaller;
  }

  /** Forgets frames from an index on. */
  cut(count: number): void {
    this.count = count;
    if (count < this.#leaf) this.#announcer = 0;
    const { linked } = this;
    while (linked.length > 0 && linked.at(-1)! >= count) linked.pop();
    const upTo = this.#upTo;
    while (upTo.length > 1 && upTo.at(-2)! >= count) upTo.pop();
    if (upTo.length > 0 && upTo.at(-1)! > count) upTo[upTo.length - 1] = count;
  }

  /** Adds the frame behind the last one. @param chunk that it is in, counted from the oldest. */
  add(frame: FrameView, chunk: number): void {
    const index = this.count++;
    if (index === this.#addresses.length) this.#grow();
    this.#addresses[index] = frame.address;
    const words = this.#words;
    const word = index * WORDS;
    words[word] = frame.length;
    words[word + 1] = frame.id;
    words[word + 2] = frame.entry;
    words[word + 3] = frame.state;
    words[word + 4] = frame.isEntry ? 1 : 0;
    words[word + 5] = frame.idCount;
    words[word + 6] = frame.certainCount;
    if (frame.isLinked) this.linked.push(index);
    this.#upTo[chunk] = this.count;
  }

  /** Fills in what is known of a frame. @param shift what to take from its address to get its place. */
  view(index: number, frame: FrameView, shift: number): void {
    const words = this.#words;
    const word = index * WORDS;
    frame.address = this.#addresses[index]!;
    frame.at = frame.calledAt = frame.address - shift;
    frame.length = words[word]!;
    frame.id = words[word + 1]!;
    frame.entry = words[word + 2]!;
    frame.state = words[word + 3]! as FrameState;
    frame.isEntry = words[word + 4] !== 0;
    frame.idCount = words[word + 5]!;
    frame.certainCount = words[word + 6]!;
  }

  /** @returns which chunk a frame is in, counted from the oldest. */
  chunkOf(index: number): number {
    let chunk = 0;
    while (this.#upTo[chunk]! <= index) chunk++;
    return chunk;
  }

  /** @returns ids of the stack up to a frame. */
  idCount(index: number): number {
    return this.#word(index, 5);
  }

  /** Copies the ids up to a frame. */
  copyIds(index: number, ids: Int32Array): void {
    const count = this.idCount(index);
    const own = this.#ids;
    for (let i = 0; i < count; i++) ids[i] = own[i]!;
  }

  /** Address of the outermost frame. */
  get root(): number {
    return this.#addresses[0]!;
  }

  #countUnchanged(snapshot: Snapshot, data: DataStack): number {
    const upTo = this.#upTo;
    const chunks = Math.min(upTo.length, data.count);
    let from = 0;
    for (let i = 0; i < chunks; i++) {
      const chunk = data.count - 1 - i;
      const first = data.first(chunk);
      const to = upTo[i]!;
      if (to === from || this.#addresses[from] !== first) break;
      const size = this.#end(to - 1) - first;
      if (first + size > data.end(chunk)) break;
      const at = first - data.shift(chunk);
      const lastAt = this.#places[i]!;
      const end = first + snapshot.unchangedSize(at, lastAt, size);
      const count = this.#countUntil(end, from, to);
      if (count < to) return count;
      from = to;
    }
    return from;
  }

  /** @returns index behind the last frame of a chunk that ends at an address at most. */
  #countUntil(end: number, from: number, to: number): number {
    let count = to;
    while (count > from && this.#end(count - 1) > end) count--;
    return count;
  }

  #end(index: number): number {
    return this.#addresses[index]! + this.#word(index, 0);
  }

  #word(index: number, word: number): number {
    return this.#words[index * WORDS + word]!;
  }

  #grow(): void {
    const addresses = this.#addresses;
    const words = this.#words;
    this.#addresses = new Float64Array(addresses.length * 2);
    this.#addresses.set(addresses);
    this.#words = new Int32Array(words.length * 2);
    this.#words.set(words);
  }
}
