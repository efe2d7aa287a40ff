/**
 * Something with a lifetime. `start` returns when the component does its work (or has begun to, if it never ends);
 * nothing happens before. `stop` ends that work and may be called once, also after a `start` that failed half-way.
 */
export interface Component {
  readonly name: string;
  /** `signal` is aborted when the program is to end; waiting inside `start` heeds it. */
  start(options: { readonly signal: AbortSignal }): Promise<void>;
  stop(): Promise<void>;
}
