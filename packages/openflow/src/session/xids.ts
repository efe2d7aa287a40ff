const LAST = 0xffff_ffff;

/** Hands out transaction ids: 1 and up, starting again after 2^32-1; zero is left to the switch's own messages. */
export class Xids {
  #next = 1;

  /** The first of `count` ids that follow each other. */
  take(count = 1): number {
    if (this.#next + count - 1 > LAST) this.#next = 1;
    const first = this.#next;
    this.#next += count;
    return first;
  }
}
