import type { Server, Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { LabError } from '../errors.js';
import type { GuestCall, GuestReply, GuestRequest } from './guest-protocol.js';

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** The program inside a Windows Node, as the lab talks to it. */
export interface Guest {
  ask(request: GuestRequest): Promise<unknown>;
}

/** Waits for the program to connect. */
export function acceptGuest(server: Server, node: string): Promise<Guest> {
  return new Promise((resolve) => server.once('connection', (socket) => resolve(talkTo(socket, node))));
}

function talkTo(socket: Socket, node: string): Guest {
  const calls = new Map<number, Waiting>();
  let last = 0;
  let isOver = false;
  const over = (): LabError => new LabError('component', `what runs inside ${node} has ended; see log/guest.log there`);
  const lines = createInterface({ input: socket });
  // Errors of the socket are told here, too; that it is over is told by its end.
  lines.on('error', () => {});
  lines.on('line', (line) => {
    const reply = JSON.parse(line) as GuestReply;
    const waiting = calls.get(reply.call);
    calls.delete(reply.call);
    if ('error' in reply) waiting?.reject(new LabError('component', `inside ${node}: ${reply.error}`));
    else waiting?.resolve(reply.value);
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    isOver = true;
    for (const { reject } of calls.values()) reject(over());
  });
  return {
    ask: (request) =>
      new Promise((resolve, reject) => {
        if (isOver) return reject(over());
        const call = ++last;
        calls.set(call, { resolve, reject });
        socket.write(`${JSON.stringify({ call, request } satisfies GuestCall)}\n`);
      }),
  };
}
