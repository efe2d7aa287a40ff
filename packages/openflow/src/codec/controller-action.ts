import type { Action, ControllerAction } from '../model/action.js';
import type { WireReader } from '../wire/reader.js';
import type { WireWriter } from '../wire/writer.js';
import { niciraSubtypes } from './nicira-subtypes.js';
import { readProperties, writeProperty } from './property.js';
import { packetInReason, packetInReasonCode } from './reason.js';

const wholePacket = 0xffff;
const reasonAction = 1;
const properties = { maxLength: 0, controllerId: 1, reason: 2, userdata: 3, pause: 4, meter: 5 } as const;

/** Whether OpenFlow's own output to the controller says all of it, as `ovs-ofctl` decides. */
export function isControllerPort(action: ControllerAction): boolean {
  const { controllerId = 0, reason = 'action', userdata, pause = false, meter } = action;
  return (
    controllerId === 0 &&
    (reason === 'action' || reason === reasonAction) &&
    userdata === undefined &&
    !pause &&
    meter === undefined
  );
}

/** Body of NXAST_CONTROLLER, or of NXAST_CONTROLLER2 where the older one cannot say it. */
export function writeController(writer: WireWriter, action: ControllerAction): void {
  if (action.userdata === undefined && action.pause !== true && action.meter === undefined) {
    writer.u16(niciraSubtypes.controller);
    writer.u16(action.maxLength ?? wholePacket);
    writer.u16(action.controllerId ?? 0);
    writer.u8(packetInReasonCode(action.reason ?? 'action'));
    writer.u8(0);
    return;
  }
  writer.u16(niciraSubtypes.controller2);
  writer.zeros(6);
  const { maxLength = wholePacket, controllerId = 0, userdata, meter } = action;
  const reason = packetInReasonCode(action.reason ?? 'action');
  if (maxLength !== wholePacket) writeProperty(writer, properties.maxLength, () => writeWord(writer, maxLength));
  if (controllerId !== 0) writeProperty(writer, properties.controllerId, () => writeWord(writer, controllerId));
  if (reason !== reasonAction) writeProperty(writer, properties.reason, () => writer.u8(reason));
  if (userdata !== undefined) writeProperty(writer, properties.userdata, () => writer.bytes(userdata));
  if (action.pause === true) writeProperty(writer, properties.pause, () => undefined);
  if (meter !== undefined) writeProperty(writer, properties.meter, () => writer.u32(meter));
}

/** Open vSwitch counts the padding of a 16-bit property into its length. */
function writeWord(writer: WireWriter, value: number): void {
  writer.u16(value);
  writer.zeros(2);
}

export function readController(body: WireReader): Action {
  const maxLength = body.u16();
  const controllerId = body.u16();
  const reason = body.u8();
  return {
    kind: 'controller',
    ...(maxLength === wholePacket ? {} : { maxLength }),
    ...(controllerId === 0 ? {} : { controllerId }),
    ...(reason === reasonAction ? {} : { reason: packetInReason(reason) }),
  };
}

/** Nothing where a property is unknown: then the action is kept as bytes. */
export function readController2(body: WireReader): Action | undefined {
  body.skip(6);
  let action: ControllerAction = { kind: 'controller' };
  let known = true;
  readProperties(body, (type, value) => {
    const next = withProperty(action, type, value);
    if (next === undefined) known = false;
    else action = next;
  });
  return known ? action : undefined;
}

function withProperty(action: ControllerAction, type: number, value: WireReader): ControllerAction | undefined {
  switch (type) {
    case properties.maxLength: {
      const maxLength = value.u16();
      return maxLength === wholePacket ? action : { ...action, maxLength };
    }
    case properties.controllerId: {
      const controllerId = value.u16();
      return controllerId === 0 ? action : { ...action, controllerId };
    }
    case properties.reason: {
      const reason = value.u8();
      return reason === reasonAction ? action : { ...action, reason: packetInReason(reason) };
    }
    case properties.userdata:
      return { ...action, userdata: value.rest() };
    case properties.pause:
      return { ...action, pause: true };
    case properties.meter:
      return { ...action, meter: value.u32() };
    default:
      return undefined;
  }
}
