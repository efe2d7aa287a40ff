import type { Socket as UdpSocket } from 'node:dgram';
import type { Server, Socket } from 'node:net';
import { errorMessage, type Logger } from '@antrea-ts/runtime';
import { dnsTypeNumbers, parseDnsQuery, rcode, renderDnsAnswer } from './dns-message.js';
import type { DnsRecords } from './dns-records.js';

const udpLimit = 512;
const tcpLimit = 65_535;

/** Answers one query from the records; `undefined` for what is no query. */
export function answerDns(message: Uint8Array, records: DnsRecords, limit: number): Uint8Array | undefined {
  const query = parseDnsQuery(message);
  if (!query) return undefined;
  const type = Object.entries(dnsTypeNumbers).find(([, number]) => number === query.type)?.[0] ?? 'other';
  const answer = records.lookup(query.name, type);
  if (answer.kind === 'no-such-name') return renderDnsAnswer(query, rcode.nameError, [], limit);
  return renderDnsAnswer(query, rcode.ok, answer.records, limit);
}

export function serveDnsUdp(socket: UdpSocket, records: DnsRecords, log: Logger): void {
  socket.on('message', (message, from) => {
    const answer = answerDns(message, records, udpLimit);
    if (answer) socket.send(answer, from.port, from.address, () => {});
  });
  socket.on('error', (error) => log.warn('DNS over UDP failed', { error: errorMessage(error) }));
}

/** Over TCP each message has its length, two bytes, in front (RFC 1035, 4.2.2). */
export function serveDnsTcp(server: Server, records: DnsRecords, log: Logger): void {
  server.on('connection', (socket: Socket) => {
    let buffered = Buffer.alloc(0);
    socket.setTimeout(10_000, () => socket.destroy());
    socket.on('error', (error) => log.debug('DNS over TCP failed', { error: errorMessage(error) }));
    socket.on('data', (data) => {
      buffered = Buffer.concat([buffered, data]);
      while (buffered.length >= 2 && buffered.length >= 2 + buffered.readUInt16BE(0)) {
        const end = 2 + buffered.readUInt16BE(0);
        const answer = answerDns(buffered.subarray(2, end), records, tcpLimit);
        buffered = buffered.subarray(end);
        if (!answer) return void socket.destroy();
        const length = Buffer.alloc(2);
        length.writeUInt16BE(answer.length, 0);
        socket.write(Buffer.concat([length, answer]));
      }
    });
  });
}
