/** Something long to send, made piece by piece while the connection takes it. */
export interface ChunkSource {
  /** The next piece, or nothing when all were handed out. */
  next(): Uint8Array | undefined;
}

/**
 * What waits to be sent, in order. Long things are encoded only when the connection has room, so that a hundred
 * thousand flows never stand in memory as bytes.
 */
export class Outbox {
  readonly #write: (bytes: Uint8Array) => boolean;
  #queue: ChunkSource[] = [];
  #blocked = false;
  #pumping = false;

  /** `write` sends, and answers whether more may follow at once; if not, `drained` is called later. */
  constructor(write: (bytes: Uint8Array) => boolean) {
    this.#write = write;
  }

  /** The connection takes no more for now. */
  get blocked(): boolean {
    return this.#blocked;
  }

  /** Sends ahead of everything that waits: for short answers whose delay would be misread. */
  urgent(bytes: Uint8Array): void {
    if (!this.#write(bytes)) this.#blocked = true;
  }

  push(source: ChunkSource): void {
    this.#queue.push(source);
    this.#pump();
  }

  pushBytes(bytes: Uint8Array): void {
    let rest: Uint8Array | undefined = bytes;
    this.push({
      next: () => {
        const piece = rest;
        rest = undefined;
        return piece;
      },
    });
  }

  drained(): void {
    this.#blocked = false;
    this.#pump();
  }

  /** Forgets what was not sent. */
  clear(): void {
    this.#queue = [];
  }

  #pump(): void {
    // A source may push while it is asked (a bundle's commit after its last piece): the outer loop takes that up.
    if (this.#pumping) return;
    this.#pumping = true;
    try {
      while (!this.#blocked && this.#queue.length > 0) {
        const piece = this.#queue[0]!.next();
        if (piece === undefined) this.#queue.shift();
        else if (!this.#write(piece)) this.#blocked = true;
      }
    } finally {
      this.#pumping = false;
    }
  }
}
