/** Text that waits for a reader: more, and the reader is cut off instead of being waited for. */
export interface WatcherLimits {
  readonly events: number;
  readonly bytes: number;
}

export const defaultWatcherLimits: WatcherLimits = { events: 10_000, bytes: 64 * 1024 * 1024 };

/**
 * The events for one reader, in order. What was there when it came is given first, later events wait in a queue. The lines are shared between readers: an event costs each of them a reference.
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
    if (this.#waiting.length > this.#limits.events || this.#bytes > this.#limits.bytes) this.end();
    else this.#wake?.();
  }

  /** Ends the stream; what still waits is dropped. */
  end(): void {
    this.#end.abort();
    this.#waiting = [];
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<string, void, undefined> {
    yield* inPieces(this.#initial);
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
      // One write for all that came meanwhile.
      yield lines.length === 1 ? (lines[0] as string) : lines.join('');
    }
  }
}

const pieceLength = 64 * 1024;

/** Joins short lines, so that a first list is not ten thousand small writes. */
function* inPieces(lines: Iterable<string>): Generator<string, void, undefined> {
  let piece = '';
  for (const line of lines) {
    piece += line;
    if (piece.length < pieceLength) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}
