import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';
import { LabError, type LabErrorCode } from '../errors.js';
import type { ControlReply, ControlRequest } from './protocol.js';

const endedEarly = "the lab's daemon ended before it answered; `lab down` removes what it left";

/** Asks a lab's daemon. Throws what it answers with, or `daemon` when it is not there. */
export async function askDaemon(
  socketPath: string,
  request: ControlRequest,
  progress: (text: string) => void = () => {},
): Promise<unknown> {
  const response = await post(socketPath, JSON.stringify(request));
  try {
    for await (const line of createInterface({ input: response })) {
      const reply = JSON.parse(line) as ControlReply;
      if (reply.kind === 'result') return reply.value;
      if (reply.kind === 'error') throw new LabError(reply.code as LabErrorCode, reply.message);
      progress(reply.text);
    }
  } catch (cause) {
    if (cause instanceof LabError) throw cause;
    throw new LabError('daemon', endedEarly, { cause });
  }
  throw new LabError('daemon', endedEarly);
}

async function post(socketPath: string, body: string): Promise<IncomingMessage> {
  const request = httpRequest({ socketPath, method: 'POST', path: '/' });
  request.end(body);
  try {
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    return response;
  } catch (cause) {
    throw new LabError('daemon', "the lab's daemon does not answer; `lab down` removes what it left", { cause });
  }
}
