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
