import { flowFlags } from '../codec/constants.js';
import { defaultWeight } from '../codec/group.js';
import type { Flow } from '../model/action.js';
import type { Bucket, FlowStats, Group, Meter } from '../model/message.js';
import { formatActions, formatInstructions } from './format-actions.js';
import { formatMatch } from './format-match.js';
import { formatPort } from './port-text.js';

const defaultPriority = 32768;

const flagNames: readonly (readonly [number, string])[] = [
  [flowFlags.sendFlowRemoved, 'send_flow_rem'],
  [flowFlags.checkOverlap, 'check_overlap'],
  [flowFlags.resetCounts, 'reset_counts'],
  [flowFlags.noPacketCounts, 'no_packet_counts'],
  [flowFlags.noByteCounts, 'no_byte_counts'],
];

/**
 * A flow as `ovs-ofctl -O OpenFlow13 dump-flows --no-stats` prints it, or with its counters as the plain dump does
 * when `stats` is set and the flow has them.
 */
export function formatFlow(flow: Flow | FlowStats, options: { stats?: boolean } = {}): string {
  const stats = options.stats === true && 'packets' in flow ? flow : undefined;
  const head = stats === undefined ? plainHead(flow) : statsHead(stats);
  const match = [
    ...(flow.priority === defaultPriority ? [] : [`priority=${flow.priority}`]),
    ...[formatMatch(flow.match)].filter((text) => text !== ''),
  ].join(',');
  const parts = [
    ...head,
    ...timeoutsAndFlags(flow),
    ...(match === '' ? [] : [match]),
    `actions=${formatInstructions(flow.instructions)}`,
  ];
  return parts.join(' ');
}

function plainHead(flow: Flow): string[] {
  return [
    ...(flow.cookie === 0n ? [] : [`cookie=0x${flow.cookie.toString(16)},`]),
    ...(flow.table === 0 ? [] : [`table=${flow.table},`]),
  ];
}

function statsHead(flow: FlowStats): string[] {
  const thousandths = Math.floor((flow.durationNanoseconds ?? 0) / 1e6);
  return [
    `cookie=0x${flow.cookie.toString(16)},`,
    `duration=${flow.durationSeconds}${thousandths === 0 ? '' : `.${String(thousandths).padStart(3, '0')}`}s,`,
    `table=${flow.table},`,
    `n_packets=${flow.packets},`,
    `n_bytes=${flow.bytes},`,
  ];
}

function timeoutsAndFlags({ idleTimeout = 0, hardTimeout = 0, flags = 0 }: Flow): string[] {
  return [
    ...(idleTimeout === 0 ? [] : [`idle_timeout=${idleTimeout},`]),
    ...(hardTimeout === 0 ? [] : [`hard_timeout=${hardTimeout},`]),
    ...flagNames.filter(([bit]) => (flags & bit) !== 0).map(([, name]) => name),
  ];
}

const groupTypeNames = { all: 'all', select: 'select', indirect: 'indirect', fast_failover: 'ff' } as const;

/** A group as `dump-groups` prints it. */
export function formatGroup(group: Group): string {
  const buckets = group.buckets.map((bucket) => `,bucket=${formatBucket(bucket, group)}`);
  return `group_id=${group.group},type=${groupTypeNames[group.groupType]}${buckets.join('')}`;
}

function formatBucket({ weight, watchPort, watchGroup, actions }: Bucket, { groupType }: Group): string {
  const parts = [
    ...(weight === undefined || weight === defaultWeight(groupType) ? [] : [`weight:${weight}`]),
    ...(watchPort === undefined ? [] : [`watch_port:${formatPort(watchPort)}`]),
    ...(watchGroup === undefined ? [] : [`watch_group:${watchGroup}`]),
    `actions=${formatActions(actions)}`,
  ];
  return parts.join(',');
}

/** A meter as `dump-meters` prints it: a line, and one more per band. */
export function formatMeter({ meter, flags, bands }: Meter): string {
  const lines = bands.map(({ kind, rate, burst, precedenceLevel }) => {
    const burstText = flags.includes('burst') ? ` burst_size=${burst}` : '';
    const level = kind === 'dscp_remark' ? ` prec_level=${precedenceLevel ?? 0}` : '';
    return `\ntype=${kind} rate=${rate}${burstText}${level}`;
  });
  return `meter=${meter} ${flags.map((flag) => `${flag} `).join('')}bands=${lines.join('')}`;
}
