import type { Action, ControllerAction } from '../model/action.js';
import type { WireReader } from '../wire/reader.js';
import type { WireWriter } from '../wire/writer.js';
import { niciraSubtypes } from './nicira-subtypes.js';
import { readProperties, writeProperty } from './property.js';
import { packetInReason, packetInReasonCode } from './reason.js';

const wholePacket = 0xffff;
const properties = { maxLength: 0, controllerId: 1, reason: 2, userdata: 3, pause: 4, meter: 5 } as const;

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
  const { maxLength, controllerId, userdata, meter } = action;
  if (maxLength !== undefined) writeProperty(writer, properties.maxLength, () => writer.u16(maxLength));
  if (controllerId !== undefined) writeProperty(writer, properties.controllerId, () => writer.u16(controllerId));
  if (action.reason !== undefined) {
    const reason = packetInReasonCode(action.reason);
    writeProperty(writer, properties.reason, () => writer.u8(reason));
  }
  if (userdata !== undefined) writeProperty(writer, properties.userdata, () => writer.bytes(userdata));
  if (action.pause === true) writeProperty(writer, properties.pause, () => undefined);
  if (meter !== undefined) writeProperty(writer, properties.meter, () => writer.u32(meter));
}

export function readController(body: WireReader): Action {
  const maxLength = body.u16();
  const controllerId = body.u16();
  const reason = body.u8();
  return {
    kind: 'controller',
    ...(maxLength === wholePacket ? {} : { maxLength }),
    ...(controllerId === 0 ? {} : { controllerId }),
    ...(reason === 1 ? {} : { reason: packetInReason(reason) }),
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
      return reason === 1 ? action : { ...action, reason: packetInReason(reason) };
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
