import type { FlowFilter, MultipartRequest, MultipartRequestBody } from '../model/message.js';
import type { WireReader } from '../wire/reader.js';
import type { WireWriter } from '../wire/writer.js';
import { allTables, groups, meters, ports } from './constants.js';
import { readMatch, writeMatch } from './match.js';
import { multipartKinds, multipartTypes } from './multipart-types.js';

/** OFPT_MULTIPART_REQUEST without header (OpenFlow 1.3, 7.3.5). */
export function writeMultipartRequest(writer: WireWriter, { body }: MultipartRequest): void {
  writer.u16(body.kind === 'unknown' ? body.multipartType : multipartTypes[body.kind]);
  writer.zeros(6);
  writeBody(writer, body);
}

function writeBody(writer: WireWriter, body: MultipartRequestBody): void {
  switch (body.kind) {
    case 'flow':
    case 'aggregate':
      writeFilter(writer, body);
      return;
    case 'port_stats':
      writeId(writer, body.port ?? ports.any);
      return;
    case 'group_stats':
      writeId(writer, body.group ?? groups.all);
      return;
    case 'meter_stats':
    case 'meter_config':
      writeId(writer, body.meter ?? meters.all);
      return;
    case 'unknown':
      writer.bytes(body.data);
      return;
    default:
  }
}

function writeId(writer: WireWriter, id: number): void {
  writer.u32(id);
  writer.zeros(4);
}

function writeFilter(writer: WireWriter, filter: FlowFilter): void {
  writer.u8(filter.table ?? allTables);
  writer.zeros(3);
  writer.u32(filter.outPort ?? ports.any);
  writer.u32(filter.outGroup ?? groups.any);
  writer.zeros(4);
  writer.u64(filter.cookie ?? 0n);
  writer.u64(filter.cookieMask ?? 0n);
  writeMatch(writer, filter.match ?? []);
}

export function readMultipartRequest(body: WireReader): MultipartRequest {
  const type = body.u16();
  body.skip(6);
  return { type: 'multipart_request', body: readBody(type, body) };
}

function readBody(type: number, body: WireReader): MultipartRequestBody {
  const kind = multipartKinds.get(type);
  switch (kind) {
    case 'flow':
    case 'aggregate':
      return { kind, ...readFilter(body) };
    case 'port_stats': {
      const port = body.u32();
      return port === ports.any ? { kind } : { kind, port };
    }
    case 'group_stats': {
      const group = body.u32();
      return group === groups.all ? { kind } : { kind, group };
    }
    case 'meter_stats':
    case 'meter_config': {
      const meter = body.u32();
      return meter === meters.all ? { kind } : { kind, meter };
    }
    case undefined:
      return { kind: 'unknown', multipartType: type, data: body.rest() };
    default:
      return body.remaining === 0 ? { kind } : { kind: 'unknown', multipartType: type, data: body.rest() };
  }
}

function readFilter(body: WireReader): FlowFilter {
  const table = body.u8();
  body.skip(3);
  const outPort = body.u32();
  const outGroup = body.u32();
  body.skip(4);
  const cookie = body.u64();
  const cookieMask = body.u64();
  const match = readMatch(body);
  return {
    ...(table === allTables ? {} : { table }),
    ...(outPort === ports.any ? {} : { outPort }),
    ...(outGroup === groups.any ? {} : { outGroup }),
    ...(cookieMask === 0n && cookie === 0n ? {} : { cookie, cookieMask }),
    ...(match.length === 0 ? {} : { match }),
  };
}
