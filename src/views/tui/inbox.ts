/** What happens, from whichever side, one after the other. */

/** A queue with one reader. */
export class Inbox<Item> {
  readonly #items: Item[] = [];
  #arrived: (() => void) | null = null;

  /** Whether there is nothing to take now. */
  get isEmpty(): boolean {
    return this.#items.length === 0;
  }

  push(item: Item): void {
    this.#items.push(item);
    this.#arrived?.();
    this.#arrived = null;
  }

  /** Waits for the next item. */
  async next(): Promise<Item> {
    while (this.#items.length === 0) {
      await new Promise<void>((resolve) => this.#arrived = resolve);
    }
    return this.#items.shift()!;
  }
}
