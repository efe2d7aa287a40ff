import type { Port, PortMod, PortStatus } from '../model/message.js';
import type { WireReader } from '../wire/reader.js';
import type { WireWriter } from '../wire/writer.js';
import { readString, writeString } from './text-bytes.js';

const reasons = ['add', 'delete', 'modify'] as const;
const nameWidth = 16;

/** `ofp_port`, 64 bytes (OpenFlow 1.3, 7.2.1). */
export function writePort(writer: WireWriter, port: Port): void {
  writer.u32(port.port);
  writer.zeros(4);
  writer.uint(port.hardwareAddress, 6);
  writer.zeros(2);
  writeString(writer, port.name, nameWidth);
  writer.u32(port.config);
  writer.u32(port.state);
  writer.u32(port.current);
  writer.u32(port.advertised);
  writer.u32(port.supported);
  writer.u32(port.peer);
  writer.u32(port.currentSpeed);
  writer.u32(port.maxSpeed);
}

export function readPort(reader: WireReader): Port {
  const port = reader.u32();
  reader.skip(4);
  const hardwareAddress = reader.uint(6);
  reader.skip(2);
  return {
    port,
    hardwareAddress,
    name: readString(reader, nameWidth),
    config: reader.u32(),
    state: reader.u32(),
    current: reader.u32(),
    advertised: reader.u32(),
    supported: reader.u32(),
    peer: reader.u32(),
    currentSpeed: reader.u32(),
    maxSpeed: reader.u32(),
  };
}

export function writePortStatus(writer: WireWriter, message: PortStatus): void {
  writer.u8(typeof message.reason === 'number' ? message.reason : reasons.indexOf(message.reason));
  writer.zeros(7);
  writePort(writer, message.port);
}

export function readPortStatus(body: WireReader): PortStatus {
  const reason = body.u8();
  body.skip(7);
  return { type: 'port_status', reason: reasons[reason] ?? reason, port: readPort(body) };
}

export function writePortMod(writer: WireWriter, message: PortMod): void {
  writer.u32(message.port);
  writer.zeros(4);
  writer.uint(message.hardwareAddress, 6);
  writer.zeros(2);
  writer.u32(message.config);
  writer.u32(message.mask);
  writer.u32(message.advertise);
  writer.zeros(4);
}

export function readPortMod(body: WireReader): PortMod {
  const port = body.u32();
  body.skip(4);
  const hardwareAddress = body.uint(6);
  body.skip(2);
  return { type: 'port_mod', port, hardwareAddress, config: body.u32(), mask: body.u32(), advertise: body.u32() };
}
