import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  decodeMessage,
  encodeMessage,
  errorMessage,
  formatFlow,
  formatGroup,
  parseFlow,
  parseGroup,
  sameFlow,
  type FlowMod,
  type GroupMod,
} from './index.js';

function corpus(name: string): [string, string, string][] {
  const text = readFileSync(new URL(`../corpus/${name}`, import.meta.url), 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split('\t') as [string, string, string]);
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));

/** `ovs-ofctl` shows a flow-mod with cookie and timeouts behind the match, a dump has them before it. */
function asFlowMod(flow: FlowMod): string {
  const bare = { ...flow, table: 0, cookie: 0n, idleTimeout: 0, hardTimeout: 0, flags: 0 };
  const [match, actions] = formatFlow(bare).split(/ ?actions=/);
  const flags = formatFlow({ ...bare, flags: flow.flags ?? 0, match: [], priority: 32768 })
    .split(' ')
    .slice(0, -1);
  const parts = [
    ...(flow.table === 0 || flow.table === 255 ? [] : [`table:${flow.table}`]),
    ...(match === '' ? [] : [match]),
    ...(flow.cookie === 0n ? [] : [`cookie:0x${flow.cookie.toString(16)}`]),
    ...(flow.idleTimeout === undefined ? [] : [`idle:${flow.idleTimeout}`]),
    ...(flow.hardTimeout === undefined ? [] : [`hard:${flow.hardTimeout}`]),
    ...flags,
    `actions=${actions}`,
  ];
  return parts.join(' ');
}

describe('flow-mods of ovs-ofctl', () => {
  test.each(corpus('flow-mods.txt'))('%s', (input, printed, encoded) => {
    const decoded = decodeMessage(bytes(encoded)).message as FlowMod;
    expect(asFlowMod(decoded), 'text of the decoded bytes').toBe(printed);
    expect(hex(encodeMessage(decoded, 1)), 'bytes of the decoded bytes').toBe(encoded);

    const flow = parseFlow(input);
    const message: FlowMod = { type: 'flow_mod', command: 'add', ...flow };
    expect(hex(encodeMessage(message, 1)), 'bytes of the parsed text').toBe(encoded);
    expect(sameFlow(flow, decoded)).toBe(true);
    expect(sameFlow(parseFlow(formatFlow(decoded)), decoded), 'text and back').toBe(true);
  });
});

describe('group-mods of ovs-ofctl', () => {
  test.each(corpus('group-mods.txt'))('%s', (input, printed, encoded) => {
    const decoded = decodeMessage(bytes(encoded)).message as GroupMod;
    expect(formatGroup(decoded)).toBe(printed);
    const message: GroupMod = { type: 'group_mod', command: 'add', ...parseGroup(input) };
    expect(hex(encodeMessage(message, 1))).toBe(encoded);
    expect(hex(encodeMessage(decoded, 1))).toBe(encoded);
  });
});

test('errors carry the names of ovs-ofctl', () => {
  for (const [line] of corpus('errors.txt')) {
    const [name, vendor, type, code] = line.split(' ');
    const message = errorMessage(Number(vendor), Number(type), Number(code), new Uint8Array([1, 2]));
    expect(message.name, line).toBe(name);
    expect(decodeMessage(encodeMessage(message, 7)), line).toEqual({ xid: 7, version: 4, message });
  }
});

describe('flows that the switch printed', () => {
  test.each(corpus('dump.txt'))('%s', (line) => {
    const flow = parseFlow(line);
    expect(formatFlow(flow)).toBe(line);
    const { message } = decodeMessage(encodeMessage({ type: 'flow_mod', command: 'add', ...flow }, 1));
    expect(formatFlow(message as FlowMod)).toBe(line);
    expect(sameFlow(message as FlowMod, flow)).toBe(true);
  });
});

describe('frames that the switch sent', () => {
  test.each(corpus('replies.txt'))('%.80s', (encoded) => {
    const { message, xid } = decodeMessage(bytes(encoded));
    // Neither may be written differently: hello may lack its bitmap, properties of a packet-in come in any order.
    if (message.type === 'hello' || message.type === 'packet_in') {
      expect(decodeMessage(encodeMessage(message, xid)).message).toEqual(message);
    } else {
      expect(hex(encodeMessage(message, xid))).toBe(encoded);
    }
  });
});
