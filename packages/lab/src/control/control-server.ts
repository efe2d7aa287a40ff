import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { errorMessage } from '@antrea-ts/runtime';
import { LabError } from '../errors.js';
import type { ControlReply, ControlRequest } from './protocol.js';

export type ControlHandler = (request: ControlRequest, progress: (text: string) => void) => Promise<unknown>;

const maxRequest = 1024 * 1024;

/** Answers commands on a Unix socket. */
export async function serveControl(socketPath: string, handle: ControlHandler): Promise<Server> {
  const server = createServer((request, response) => {
    void answer(request, response, handle);
  });
  server.listen(socketPath);
  await once(server, 'listening');
  return server;
}

async function answer(request: IncomingMessage, response: ServerResponse, handle: ControlHandler): Promise<void> {
  const send = (reply: ControlReply): void => void response.write(`${JSON.stringify(reply)}\n`);
  try {
    const value = await handle(await readRequest(request), (text) => send({ kind: 'progress', text }));
    send({ kind: 'result', value: value ?? null });
  } catch (error) {
    send({ kind: 'error', code: error instanceof LabError ? error.code : 'component', message: errorMessage(error) });
  }
  response.end();
}

async function readRequest(request: IncomingMessage): Promise<ControlRequest> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8') as AsyncIterable<string>) {
    text += chunk;
    if (text.length > maxRequest) throw new LabError('usage', 'the request is too long');
  }
  return JSON.parse(text) as ControlRequest;
}
