/** A frame that a walker is at: where it is and what became known of it. */

import { FrameState } from "./liveness.ts";

/** Filled anew for each frame. */
export class FrameView {
  address = 0;
  /** Its place in the snapshot; -1 when there is no frame. */
  at = -1;
  /** Frame id; -1 when it has none. */
  id = -1;
  /** The interner's entry of its code object and instruction. */
  entry = -1;
  state: FrameState = FrameState.running;
  /** Whether C called it, where its caller is not told otherwise. */
  isEntry = false;
  /** Bytes from its start to what it called. */
  length = 0;
  /** Whether its `previous` is not the frame before it. */
  isLinked = false;
  /** Frame ids of the stack up to this frame, and of those the ones of frames that are known to be alive. */
  idCount = 0;
  certainCount = 0;
  /** Place of the frame whose code object tells what was called. */
  calledAt = -1;

  /** Stands for C, which called the thread's first frame. */
  clear(): void {
    this.address = 0;
    this.at =
      this.id =
      this.entry =
      this.calledAt =
        -1;
    this.state = FrameState.running;
    this.isEntry = false;
  }
}
