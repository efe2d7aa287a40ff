import { Agent, request } from 'node:https';
import { isIP } from 'node:net';
import type { Destination } from './connect.js';

/** Largest answer of a webhook: an object and its patch. */
const maxAnswerBytes = 8 << 20;

const agent = new Agent({ keepAlive: true, maxFreeSockets: 4 });

/** How TLS to another server is checked. */
export interface TlsTrust {
  readonly servername: string;
  /** PEM; absent: the authorities of the system. */
  readonly ca?: string | undefined;
}

/** Posts JSON over HTTPS and reads JSON back. */
export async function postJson(
  to: { readonly destination: Destination; readonly path: string; readonly tls: TlsTrust },
  body: object,
  { signal }: { readonly signal: AbortSignal },
): Promise<unknown> {
  const { destination, path, tls } = to;
  const text = Buffer.from(JSON.stringify(body));
  return new Promise<unknown>((resolve, reject) => {
    const call = request(
      {
        agent,
        method: 'POST',
        path,
        ...('path' in destination ? { socketPath: destination.path } : destination),
        // Addresses are no server names; the certificate is checked against them all the same.
        ...(isIP(tls.servername) === 0 ? { servername: tls.servername } : {}),
        ...(tls.ca === undefined ? {} : { ca: tls.ca }),
        headers: {
          host: tls.servername,
          accept: 'application/json',
          'content-type': 'application/json',
          'content-length': text.length,
        },
        signal,
      },
      (response) => {
        const chunks: Buffer[] = [];
        let length = 0;
        response.on('data', (chunk: Buffer) => {
          length += chunk.length;
          if (length > maxAnswerBytes) response.destroy(new Error(`the answer is larger than ${maxAnswerBytes} bytes`));
          chunks.push(chunk);
        });
        response.on('error', reject);
        response.on('end', () => {
          const answer = Buffer.concat(chunks).toString('utf8');
          if (response.statusCode !== 200) {
            return reject(new Error(`the server answered ${response.statusCode}: ${answer.slice(0, 200)}`));
          }
          try {
            return resolve(JSON.parse(answer));
          } catch (error) {
            return reject(new Error('the answer is not JSON', { cause: error }));
          }
        });
      },
    );
    call.on('error', reject);
    call.end(text);
  });
}
