// Hot path: no allocation per pass; see tests/bench/.
/**
 * A copy of the parts of a process that a stack walk needs, taken with one
 * system call.
 *
 * What to read is learnt: an address that the copy does not cover costs a read
 * of its own and is part of the next one. Walkers ask `locate` for a place in
 * the copy and read fields there; they never see how it was filled. Whether
 * what they find is consistent is theirs to judge. The copy before is kept, so
 * that what was found in it need not be found again where nothing changed.
 */

import { MAX_REGIONS } from "../limits.ts";
import { RegionPlan } from "./region_plan.ts";
import { ReadError, type RemoteMemory, setRegion } from "./remote_memory.ts";
import { type SameBytes, sameBytes } from "./same_bytes.ts";

/** Passes after which regions may shrink. */
const SHRINK_PASSES = 128;

/** Regions that may turn out to be gone in one pass before all are forgotten and learnt anew. */
const MAX_DROPS = 64;

/** Follow-up reads of this pass that are searched before another one is made. */
const RECENT_EXTRAS = 4;

/** Share of the copy that is planned; the rest is for follow-up reads, so that what did not fit can be had at all. */
const PLANNED_SHARE = 7 / 8;

const INITIAL_SIZE = 256 * 1024;

/** What became of a read. */
export const SnapshotStatus = {
  ok: 0,
  /** The process has ended. */
  gone: 1,
  /** The kernel refuses. */
  denied: 2,
} as const;

export type SnapshotStatus = typeof SnapshotStatus[keyof typeof SnapshotStatus];

/** How a snapshot differs from others. */
export interface SnapshotOptions {
  /** Bytes that it begins with. */
  readonly size?: number;
  /** Compares copies faster than this program can. */
  readonly compare?: SameBytes | undefined;
}

/** A copy of regions of another process, which learns what it has to hold. */
export class Snapshot {
  readonly #memory: RemoteMemory;
  readonly #maxSize: number;
  readonly #sameBytes: SameBytes;
  readonly #plan = new RegionPlan();
  readonly #one = new Uint32Array(4);
  #bytes: Uint8Array;
  #view: DataView;
  #lastBytes: Uint8Array;
  #lastView: DataView;
  #pass = 0;
  #extraAddress: number[] = [];
  #extraSize: number[] = [];
  #extraLocal: number[] = [];
  #extraEnd = 0;
  /** Changes whenever places do: as long as it is the same, `locate` gives the same ones in each copy. */
  layout = 0;
  /** System calls made since the start. */
  reads = 0;
  /** Start of the region in which the last `locate` fell. */
  windowAddress = 0;
  /** Bytes of that region. */
  windowSize = 0;
  /** Where that region begins in the copy. */
  windowLocal = 0;
  #windowIndex = -1;

  /** @param maxSize bytes that the copy may have. */
  constructor(
    memory: RemoteMemory,
    maxSize: number,
    options: SnapshotOptions = {},
  ) {
    const { size = INITIAL_SIZE, compare = sameBytes } = options;
    this.#memory = memory;
    this.#maxSize = maxSize;
    this.#sameBytes = compare;
    this.#bytes = new Uint8Array(size);
    this.#view = new DataView(this.#bytes.buffer);
    this.#lastBytes = new Uint8Array(size);
    this.#lastView = new DataView(this.#lastBytes.buffer);
  }

  /** Number of this copy; the one before it has the number before. */
  get copy(): number {
    return this.#pass;
  }

  /** Takes a new copy. Places that `locate` gave before are void. */
  read(): SnapshotStatus {
    this.#pass++;
    this.#keepLast();
    this.#learn();
    const plan = this.#plan;
    for (let drops = 0; drops < MAX_DROPS; drops++) {
      if (plan.tableCount === 0) return SnapshotStatus.ok;
      this.reads++;
      const copied = this.#memory.readRegions(
        plan.table,
        plan.tableCount,
        this.#bytes,
      );
      if (copied === plan.totalSize) return SnapshotStatus.ok;
      if (copied === ReadError.gone) return SnapshotStatus.gone;
      if (copied === ReadError.denied) return SnapshotStatus.denied;
      this.#dropFrom(Math.max(copied, 0));
    }
    plan.clear();
    this.layout++;
    this.#extraEnd = 0;
    return SnapshotStatus.ok;
  }

  /**
   * Finds the copy of `size` bytes at an address, reading them now where the
   * copy does not have them.
   * @returns their place, or -1 when they cannot be read. Reading may move the
   * bytes, so fields are read through this object only.
   */
  locate(address: number, size: number): number {
    const plan = this.#plan;
    const index = plan.find(address);
    if (index >= 0) {
      const offset = address - plan.address[index]!;
      if (offset + size <= plan.size[index]!) {
        plan.touch(index, offset + size, this.#pass);
        this.windowAddress = plan.address[index]!;
        this.windowSize = plan.size[index]!;
        this.windowLocal = plan.local[index]!;
        this.#windowIndex = index;
        return this.windowLocal + offset;
      }
    }
    return this.#locateExtra(address, size);
  }

  /** Notes that the region in which the last `locate` fell is needed up to a place in it, which comes cheaper than another `locate`. */
  keepUntil(end: number): void {
    const index = this.#windowIndex;
    if (index < 0) return;
    this.#plan.touch(index, end - this.windowLocal, this.#pass);
  }

  /** Copies `size` bytes at an address once more. @returns their place, or -1 when they cannot be read. */
  locateAgain(address: number, size: number): number {
    return this.#readExtra(address, size);
  }

  /**
   * Compares a part of the copy with a part of the copy before.
   * @param at its place. @param lastAt the place that it had then. @param size its bytes.
   * @returns bytes from there on that have not changed.
   */
  unchangedSize(at: number, lastAt: number, size: number): number {
    const bytes = this.#bytes;
    const last = this.#lastBytes;
    if (at + size > bytes.length || lastAt + size > last.length) return 0;
    return this.#sameBytes(bytes, at, last, lastAt, size);
  }

  /** @param at place of a uint8 in the copy. */
  u8(at: number): number {
    return this.#view.getUint8(at);
  }

  u32(at: number): number {
    return this.#view.getUint32(at, true);
  }

  /** A pointer or another 64-bit number, exact below 2^53. */
  pointer(at: number): number {
    return this.#view.getUint32(at + 4, true) * 4294967296 +
      this.#view.getUint32(at, true);
  }

  /** The upper 32 bits of a pointer. */
  high(at: number): number {
    return this.u32(at + 4);
  }

  /** Makes the copy the one before, and takes that one's room for the next. */
  #keepLast(): void {
    const bytes = this.#bytes;
    const view = this.#view;
    this.#bytes = this.#lastBytes;
    this.#view = this.#lastView;
    this.#lastBytes = bytes;
    this.#lastView = view;
    this.#reserve(bytes.length);
  }

  /** Makes what was read apart in the last pass part of the plan. */
  #learn(): void {
    const count = this.#extraAddress.length;
    const mayShrink = this.#pass % SHRINK_PASSES === 0;
    if (count === 0 && !mayShrink) return;
    const plan = this.#plan;
    for (let i = 0; i < count && plan.count < MAX_REGIONS; i++) {
      plan.add(this.#extraAddress[i]!, this.#extraSize[i]!, this.#pass);
    }
    if (count > 0) this.layout++;
    this.#extraAddress.length = 0;
    this.#extraSize.length = 0;
    this.#extraLocal.length = 0;
    this.#rebuild(mayShrink);
  }

  #rebuild(mayShrink: boolean): void {
    const plannedSize = this.#maxSize * PLANNED_SHARE;
    const isMoved = this.#plan.rebuild(this.#pass, mayShrink, plannedSize);
    if (isMoved) this.layout++;
    this.#extraEnd = this.#plan.totalSize;
    this.#reserve(this.#extraEnd);
  }

  /** Takes those regions out of the plan that contain or follow the first byte that could not be read, in its joined region. */
  #dropFrom(copied: number): void {
    const plan = this.#plan;
    let end = 0;
    for (let i = 0; i < plan.tableCount; i++) {
      end += plan.table[i * 4 + 2]!;
      if (end > copied) break;
    }
    for (let i = 0; i < plan.count; i++) {
      const local = plan.local[i]!;
      if (local < end && local + plan.size[i]! > copied) plan.drop(i);
    }
    this.#rebuild(false);
  }

  #locateExtra(address: number, size: number): number {
    const count = this.#extraAddress.length;
    for (let i = count - 1; i >= 0 && i >= count - RECENT_EXTRAS; i--) {
      const offset = address - this.#extraAddress[i]!;
      if (offset >= 0 && offset + size <= this.#extraSize[i]!) {
        return this.#extraWindow(i) + offset;
      }
    }
    return this.#readExtra(address, size);
  }

  #readExtra(address: number, size: number): number {
    const at = (this.#extraEnd + 7) & ~7;
    if (size <= 0 || at + size > this.#maxSize) return -1;
    if (!this.#reserve(at + size)) return -1;
    setRegion(this.#one, 0, address, size);
    this.reads++;
    const into = this.#bytes.subarray(at, at + size);
    if (this.#memory.readRegions(this.#one, 1, into) !== size) return -1;
    this.#extraEnd = at + size;
    this.#extraLocal.push(at);
    this.#extraSize.push(size);
    return this.#extraWindow(this.#extraAddress.push(address) - 1);
  }

  #extraWindow(index: number): number {
    this.windowAddress = this.#extraAddress[index]!;
    this.windowSize = this.#extraSize[index]!;
    this.windowLocal = this.#extraLocal[index]!;
    this.#windowIndex = -1;
    return this.windowLocal;
  }

  /** Makes room for `size` bytes, keeping what is there. */
  #reserve(size: number): boolean {
    if (size <= this.#bytes.length) return true;
    if (size > this.#maxSize) return false;
    const bytes = new Uint8Array(Math.min(size * 2, this.#maxSize));
    bytes.set(this.#bytes);
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
    return true;
  }
}
