import type { NetlinkMessage } from './message.js';

/**
 * One request to the kernel, as data: the same request can go through the Node's socket (which waits for the loop) or
 * through a socket inside a Pod's namespace (which does not).
 */
export interface NetlinkRequest<T> {
  /** For error messages: "set link web-1 up". */
  readonly operation: string;
  readonly type: number;
  /** Besides `request` and `ack`, which are always set. With `dump` the answer is a list. */
  readonly flags: number;
  readonly payload: Uint8Array;
  /** From the messages of the answer, without acknowledgements. */
  read(messages: readonly NetlinkMessage[]): T;
}

/** For requests whose answer is only that they were done. */
export const nothing = (): void => {};
