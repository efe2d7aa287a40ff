import { once } from 'node:events';
import { connect, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

/** A line of input for a session of PowerShell on a machine that is in another process. */
export interface LineRequest {
  readonly line: string;
}

/** What it printed, or why it could not be run. */
export type LineReply = { readonly printed: string } | { readonly error: string };

/** Asks for lines to be run, one at a time, over one connection: a session. */
export async function connectMachine(port: number): Promise<(line: string) => Promise<string>> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  const replies = createInterface({ input: socket })[Symbol.asyncIterator]();
  return async (line) => {
    socket.write(`${JSON.stringify({ line } satisfies LineRequest)}\n`);
    const { value, done } = await replies.next();
    if (done) throw new Error('the machine is gone');
    const reply = JSON.parse(value) as LineReply;
    if ('error' in reply) throw new Error(reply.error);
    return reply.printed;
  };
}

/** Serves sessions: `open` gives what runs the lines of one. */
export function serveLines(server: Server, open: () => (line: string) => Promise<string>): void {
  server.on('connection', (socket: Socket) => {
    const run = open();
    socket.on('error', () => socket.destroy());
    answerLines(socket, run).catch(() => socket.destroy());
  });
}

async function answerLines(socket: Socket, run: (line: string) => Promise<string>): Promise<void> {
  for await (const text of createInterface({ input: socket })) {
    const { line } = JSON.parse(text) as LineRequest;
    const reply = await run(line).then(
      (printed): LineReply => ({ printed }),
      (error: unknown): LineReply => ({ error: String(error) }),
    );
    socket.write(`${JSON.stringify(reply)}\n`);
  }
}
