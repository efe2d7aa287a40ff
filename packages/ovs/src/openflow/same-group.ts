import { encodeMessage, isGroup, sameUnderKey, type Group, type Meter, type SwitchItem } from '@antrea-ts/openflow';

/** Whether the switch would report both as the same group: equal type and buckets, in order. */
export function sameGroup(a: Group, b: Group): boolean {
  return a === b || equalBytes(groupBytes(a), groupBytes(b));
}

/** Whether the switch would report two items of one key as the same flow or group. */
export function sameItem(a: SwitchItem, b: SwitchItem): boolean {
  if (isGroup(a)) return isGroup(b) && sameGroup(a, b);
  return !isGroup(b) && sameUnderKey(a, b);
}

/** Whether the switch would report both as the same meter. Burst sizes count only with the `burst` flag. */
export function sameMeter(a: Meter, b: Meter): boolean {
  return a === b || equalBytes(meterBytes(a), meterBytes(b));
}

function groupBytes(group: Group): Uint8Array {
  return encodeMessage({ type: 'group_mod', command: 'add', ...group }, 0);
}

function meterBytes(meter: Meter): Uint8Array {
  const { flags, bands } = meter;
  const counted = flags.includes('burst') ? bands : bands.map((band) => ({ ...band, burst: 0 }));
  // Open vSwitch keeps statistics whether asked to or not, and need not repeat the flag.
  return encodeMessage(
    { type: 'meter_mod', command: 'add', ...meter, flags: flags.filter((flag) => flag !== 'stats'), bands: counted },
    0,
  );
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
