/** Text that waits for a reader: more, and the reader is cut off instead of being waited for. */
export interface WatcherLimits {
  readonly events: number;
  readonly bytes: number;
}

export const defaultWatcherLimits: WatcherLimits = { events: 10_000, bytes: 64 * 1024 * 1024 };

const pieceLength = 64 * 1024;

/**
 * The events for one reader, in order. What was there when it came is given first, later events wait in a queue. The
 * lines are shared between readers: an event costs each of them a reference.
 */
export class Watcher implements AsyncIterable<string> {
  /** Set once the reader was too slow, or the store has ended. */
  readonly ended: AbortSignal;
  readonly #end = new AbortController();
  readonly #initial: Iterable<string>;
  readonly #limits: WatcherLimits;
  #waiting: string[] = [];
  #bytes = 0;
  #wake: (() => void) | undefined;

  constructor(initial: Iterable<string>, limits: WatcherLimits = defaultWatcherLimits) {
    this.#initial = initial;
    this.#limits = limits;
    this.ended = this.#end.signal;
  }

  /** Adds an event; a reader that is too far behind is cut off, and has to begin anew. */
  push(line: string): void {
    if (this.ended.aborted) return;
    this.#waiting.push(line);
    this.#bytes += line.length;
    const { events, bytes } = this.#limits;
    if (this.#waiting.length > events || this.#bytes > bytes) {
      this.end(new Error(`the watcher does not read: ${this.#waiting.length} events wait for it`));
    } else this.#wake?.();
  }

  /** Ends the stream; what still waits is dropped. */
  end(reason?: Error): void {
    this.#end.abort(reason);
    this.#waiting = [];
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<string, void, undefined> {
    yield* this.#inPieces(this.#initial);
    while (!this.ended.aborted) {
      if (this.#waiting.length === 0) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        this.#wake = undefined;
        continue;
      }
      const lines = this.#waiting;
      this.#waiting = [];
      this.#bytes = 0;
      yield* this.#inPieces(lines);
    }
  }

  /**
   * Joins short lines, so that a first list is not ten thousand small writes; never all of them, as each reader would
   * have a text of its own of what all of them share.
   */
  *#inPieces(lines: Iterable<string>): Generator<string, void, undefined> {
    let piece = '';
    for (const line of lines) {
      piece += line;
      if (piece.length < pieceLength) continue;
      yield piece;
      if (this.ended.aborted) return;
      piece = '';
    }
    if (piece !== '') yield piece;
  }
}
