import { OpenflowError } from '../errors.js';
import type { BundleControl, BundleControlType, BundleFlags } from '../model/message.js';
import type { WireReader } from '../wire/reader.js';
import type { WireWriter } from '../wire/writer.js';

const controls: readonly BundleControlType[] = [
  'open_request',
  'open_reply',
  'close_request',
  'close_reply',
  'commit_request',
  'commit_reply',
  'discard_request',
  'discard_reply',
];
const flagAtomic = 1;
const flagOrdered = 2;

/** ONF extension 230 for OpenFlow 1.3, behind vendor and subtype. */
export function writeBundleControl(writer: WireWriter, message: BundleControl): void {
  writer.u32(message.bundle);
  writer.u16(controls.indexOf(message.control));
  writer.u16(bundleFlagBits(message.flags));
}

export function readBundleControl(body: WireReader): BundleControl {
  const bundle = body.u32();
  const control = controls[body.u16()];
  if (control === undefined) {
    throw new OpenflowError('malformed', 'decode bundle control: unknown type', { offset: body.offset - 2 });
  }
  return { type: 'bundle_control', bundle, control, flags: bundleFlags(body.u16()) };
}

export function bundleFlagBits({ atomic, ordered }: BundleFlags): number {
  return (atomic === true ? flagAtomic : 0) | (ordered === true ? flagOrdered : 0);
}

export function bundleFlags(bits: number): BundleFlags {
  return {
    ...((bits & flagAtomic) === 0 ? {} : { atomic: true }),
    ...((bits & flagOrdered) === 0 ? {} : { ordered: true }),
  };
}
