import { readFile } from 'node:fs/promises';
import { fixedCredentials, loopbackTokenFile, serverUrl, type KubeConnection } from '@antrea-ts/kube';
import { errorMessage } from '@antrea-ts/runtime';
import { AntctlError } from '../errors.js';

const ports = { agent: 10350, controller: 10349 } as const;

/**
 * The agent or the controller on this machine: its token is read from the file that it left, and its certificate, which
 * it made for itself, is not checked, as the connection does not leave the machine.
 */
export async function localConnection(
  component: keyof typeof ports,
  options: { readonly server?: string | undefined; readonly tokenFile?: string | undefined },
): Promise<KubeConnection> {
  const address = serverUrl(options.server ?? '127.0.0.1');
  const server = options.server !== undefined && new URL(address).port !== '' ? address : withPort(address, component);
  let token: string;
  try {
    token = (await readFile(options.tokenFile ?? loopbackTokenFile, 'utf8')).trim();
  } catch (cause) {
    const remedy = `antrea-${component} writes it when it starts, for its own user: is it running here, and are you root? From elsewhere use --mode remote`;
    throw new AntctlError('no-connection', `read the token of antrea-${component}: ${errorMessage(cause)}; ${remedy}`, {
      cause,
    });
  }
  return { server, tls: { insecure: true }, credentials: fixedCredentials({ token }), namespace: 'default' };
}

function withPort(address: string, component: keyof typeof ports): string {
  const url = new URL(address);
  url.port = String(ports[component]);
  return url.origin;
}
