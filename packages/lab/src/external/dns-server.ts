import type { Socket as UdpSocket } from 'node:dgram';
import type { Server, Socket } from 'node:net';
import { errorMessage, type Logger } from '@antrea-ts/runtime';
import { answerDns } from './answer-dns.js';
import type { DnsSource } from './dns-records.js';

const udpLimit = 512;
const tcpLimit = 65_535;
const idleMs = 10_000;

export function serveDnsUdp(socket: UdpSocket, records: DnsSource, log: Logger): void {
  socket.on('message', (message, from) => {
    const answer = answerDns(message, records, udpLimit);
    if (answer) socket.send(answer, from.port, from.address, () => {});
  });
  socket.on('error', (error) => log.warn('DNS over UDP failed', { error: errorMessage(error) }));
}

/** Over TCP each message has its length, two bytes, in front (RFC 1035, 4.2.2). */
export function serveDnsTcp(server: Server, records: DnsSource, log: Logger): void {
  server.on('connection', (socket: Socket) => {
    let buffered: Buffer = Buffer.alloc(0);
    socket.setTimeout(idleMs, () => socket.destroy());
    socket.on('error', (error) => log.debug('DNS over TCP failed', { error: errorMessage(error) }));
    socket.on('data', (data) => {
      const { messages, rest } = splitMessages(Buffer.concat([buffered, data]));
      buffered = rest;
      for (const message of messages) {
        const answer = answerDns(message, records, tcpLimit);
        if (answer) socket.write(withLength(answer));
        else socket.destroy();
      }
    });
  });
}

function splitMessages(bytes: Buffer): { readonly messages: readonly Uint8Array[]; readonly rest: Buffer } {
  const messages: Uint8Array[] = [];
  let rest = bytes;
  while (rest.length >= 2 && rest.length >= 2 + rest.readUInt16BE(0)) {
    const end = 2 + rest.readUInt16BE(0);
    messages.push(rest.subarray(2, end));
    rest = rest.subarray(end);
  }
  return { messages, rest };
}

function withLength(message: Uint8Array): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length, 0);
  return Buffer.concat([length, message]);
}
