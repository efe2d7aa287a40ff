/** Native calls by the second, round by round. */
export interface FfiCallsAnswer {
  /** Of a function that does nothing, on the main thread. */
  readonly plain: number[];
  /** Of the fake HNS, on a thread of its own, answer included. */
  readonly hns: number[];
}
