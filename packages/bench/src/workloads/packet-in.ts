import { decodeMessage, encodeMessage, type PacketIn } from '@antrea-ts/openflow';
import { dnsAnswerFrame } from '../packet/dns-answer.js';
import { summarize } from '../measure/summary.js';
import type { Row, Workload } from '../workload.js';

/** Packets that the switch hands up, a DNS answer in each. */
export const packetIn: Workload = {
  name: 'packet-in',
  description: 'packet-in messages decoded per second in one thread; the packet inside is not parsed',
  run: async ({ quick, signal, progress }) => {
    const rows: Row[] = [];
    for (const format of ['packet_in2', 'packet_in'] as const) {
      const bytes = encodeMessage(message(format), 0);
      const perRound = quick ? 1_000 : 20_000;
      progress(`${format}, ${bytes.length} bytes`);
      const samples: number[] = [];
      const warmUp = quick ? 1 : 5;
      for (let round = -warmUp; round < (quick ? 3 : 30); round += 1) {
        signal.throwIfAborted();
        const rate = decodeRate(bytes, perRound);
        if (round >= 0) samples.push(rate);
        // Lets an interruption through.
        await new Promise((resolve) => setImmediate(resolve));
      }
      rows.push({
        what: format === 'packet_in2' ? 'decode NXT_PACKET_IN2' : 'decode OFPT_PACKET_IN',
        unit: 'messages/s',
        better: 'higher',
        ours: summarize(samples, 'higher'),
      });
    }
    return rows;
  },
};

function decodeRate(bytes: Uint8Array, count: number): number {
  const start = performance.now();
  let length = 0;
  for (let index = 0; index < count; index += 1) {
    const { message } = decodeMessage(bytes);
    if (message.type !== 'packet_in') throw new Error(`decoded as ${message.type}`);
    length += message.data.length;
  }
  const seconds = (performance.now() - start) / 1_000;
  if (length === 0) throw new Error('the packets are empty');
  return count / seconds;
}

function message(format: 'packet_in' | 'packet_in2'): PacketIn {
  const data = dnsAnswerFrame();
  return {
    type: 'packet_in',
    format,
    reason: 'action',
    table: 45,
    cookie: 0x1_0400_0000_0000n,
    totalLength: data.length,
    metadata: [
      { field: 'in_port', value: 5 },
      { field: 'reg0', value: 0x0008_0002 },
      { field: 'reg1', value: 7 },
      { field: 'reg3', value: 6 },
      { field: 'ct_state', value: 0x22 },
      { field: 'ct_zone', value: 0xfff0 },
    ],
    data,
    ...(format === 'packet_in2' ? { userdata: Uint8Array.of(1) } : {}),
  };
}
