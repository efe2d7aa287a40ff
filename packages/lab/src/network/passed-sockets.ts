import { spawn } from 'node:child_process';
import type { Socket as UdpSocket } from 'node:dgram';
import type { Server } from 'node:net';
import { fileURLToPath } from 'node:url';
import { LabError } from '../errors.js';
import type { Namespace } from '../process/namespace.js';

/** Where to listen inside a namespace. */
export interface ListenRequest {
  readonly kind: 'tcp' | 'udp';
  readonly address: string;
  readonly port: number;
}

export type PassedSocket =
  | { readonly kind: 'tcp'; readonly server: Server }
  | { readonly kind: 'udp'; readonly socket: UdpSocket };

const helper = fileURLToPath(new URL('./listen-in-namespace.js', import.meta.url));

/**
 * Opens listening sockets inside a namespace and brings them here: a socket stays in the namespace it was made in,
 * whoever holds it. So the daemon serves inside other namespaces without a process that relays. A short-lived helper
 * makes the sockets. Answers come in the order of the requests.
 */
export async function listenInNamespace(
  namespace: Namespace,
  requests: readonly ListenRequest[],
): Promise<readonly PassedSocket[]> {
  const child = spawn(
    'nsenter',
    ['--target', String(namespace.pid), '--net', '--', process.execPath, helper, JSON.stringify(requests)],
    { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], cwd: '/' },
  );
  let complaint = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (complaint += text));
  const sockets: PassedSocket[] = [];
  return new Promise((resolve, reject) => {
    child.on('message', (_message, handle) => {
      const request = requests[sockets.length]!;
      sockets.push(
        request.kind === 'tcp'
          ? { kind: 'tcp', server: handle as Server }
          : { kind: 'udp', socket: handle as UdpSocket },
      );
      child.send('next');
    });
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0 && sockets.length === requests.length) resolve(sockets);
      else
        reject(
          new LabError('component', `listen in namespace ${namespace.name}: ${complaint.trim() || `code ${code}`}`),
        );
    });
  });
}
