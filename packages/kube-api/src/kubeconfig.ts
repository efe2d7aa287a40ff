import { stringify } from 'yaml';
import type { KeyPairPem } from '@antrea-ts/runtime';

/** A kubeconfig of one user for one server, with everything inside. */
export function renderKubeconfig(options: {
  readonly server: string;
  readonly user: string;
  readonly caPem: string;
  readonly client: KeyPairPem;
}): string {
  const { server, user, caPem, client } = options;
  const base64 = (pem: string): string => Buffer.from(pem).toString('base64');
  return stringify(
    {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'lab', cluster: { server, 'certificate-authority-data': base64(caPem) } }],
      users: [
        {
          name: user,
          user: { 'client-certificate-data': base64(client.cert), 'client-key-data': base64(client.key) },
        },
      ],
      contexts: [{ name: 'lab', context: { cluster: 'lab', user } }],
      'current-context': 'lab',
    },
    { lineWidth: 0 },
  );
}
