import { conntrackMarks } from '@antrea-ts/pipeline';

/** A UDP connection through a Service, as the datapath tracks it: how it was opened, and who answers. */
export interface TrackedConnection {
  readonly source: string;
  readonly destination: string;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly replySource: string;
  readonly replySourcePort: number;
}

const udpLine =
  /^udp,orig=\(src=([^,]+),dst=([^,]+),sport=(\d+),dport=(\d+)\),reply=\(src=([^,]+),dst=[^,]+,sport=(\d+),dport=\d+\).*,mark=(\d+)/;

/** Reads a line of `ovs-appctl dpctl/dump-conntrack`. Undefined for other protocols, and what went through no Service. */
export function parseUdpConnection(line: string): TrackedConnection | undefined {
  const [, source, destination, sourcePort, destinationPort, replySource, replySourcePort, mark] =
    udpLine.exec(line) ?? [];
  if (source === undefined || destination === undefined || replySource === undefined) return undefined;
  if (Number(mark) !== conntrackMarks.service) return undefined;
  return {
    source,
    destination,
    sourcePort: Number(sourcePort),
    destinationPort: Number(destinationPort),
    replySource,
    replySourcePort: Number(replySourcePort),
  };
}

/** The connection as `dpctl/flush-conntrack` takes it. In full: before Open vSwitch 3.1 nothing else will do. */
export function tupleText({ source, destination, sourcePort, destinationPort }: TrackedConnection): string {
  const ip = source.includes(':') ? 'ct_ipv6' : 'ct_nw';
  return `${ip}_src=${source},${ip}_dst=${destination},ct_nw_proto=17,ct_tp_src=${sourcePort},ct_tp_dst=${destinationPort}`;
}
