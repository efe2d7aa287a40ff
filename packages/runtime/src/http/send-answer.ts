import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { HttpAnswer } from './http-types.js';

/** Writes an answer; a stream at the pace of the reader. */
export async function sendAnswer(
  response: ServerResponse,
  answer: HttpAnswer,
  options: { readonly withBody: boolean; readonly signal: AbortSignal },
): Promise<void> {
  const { body = '', status = 200 } = answer;
  const headers = { 'content-type': contentType(body), ...answer.headers };
  if (typeof body === 'string' || body instanceof Uint8Array || 'json' in body) {
    const bytes = Buffer.from(typeof body === 'object' && 'json' in body ? `${JSON.stringify(body.json)}\n` : body);
    response.writeHead(status, { ...headers, 'content-length': bytes.length });
    response.end(options.withBody ? bytes : undefined);
    return;
  }
  response.writeHead(status, headers);
  response.flushHeaders();
  if (options.withBody) {
    for await (const piece of body) if (!response.write(piece)) await drained(response, options.signal, answer.cut);
  }
  response.end();
}

async function drained(response: ServerResponse, signal: AbortSignal, cut: AbortSignal | undefined): Promise<void> {
  try {
    await once(response, 'drain', { signal: cut ? AbortSignal.any([signal, cut]) : signal });
  } catch (error) {
    throw cut?.aborted === true ? cut.reason : error;
  }
}

function contentType(body: NonNullable<HttpAnswer['body']>): string {
  if (typeof body === 'string') return 'text/plain; charset=utf-8';
  return 'json' in body ? 'application/json' : 'application/octet-stream';
}
