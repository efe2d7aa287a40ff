export interface PingResult {
  readonly sent: number;
  readonly received: number;
  readonly lost: number;
}

/** Reads the summary of `ping -q`. */
export function parsePing(output: string): PingResult {
  const match = /(\d+) packets transmitted, (\d+) received/.exec(output);
  if (!match) throw new Error(`not the output of ping:\n${output}`);
  const [sent, received] = [Number(match[1]), Number(match[2])];
  return { sent, received, lost: sent - received };
}

/** What became of packets that were sent one after the other. */
export interface PingSequence {
  readonly sent: number;
  readonly received: number;
  /** Those that were not answered although a later one was: not merely on their way at the end. */
  readonly lost: number;
}

/** Reads all of what `ping` prints without `-q`. */
export function parsePingSequence(output: string): PingSequence {
  const { sent } = parsePing(output);
  const answered = new Set([...output.matchAll(/icmp_seq=(\d+) ttl=/g)].map(([, sequence]) => Number(sequence)));
  const last = answered.size === 0 ? 0 : [...answered].reduce((a, b) => Math.max(a, b));
  return { sent, received: answered.size, lost: last - answered.size };
}
