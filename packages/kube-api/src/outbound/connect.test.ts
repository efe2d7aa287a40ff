import { expect, it } from 'vitest';
import { Store } from '../storage/store.js';
import { createResolver } from './connect.js';

const remote = { namespace: 'default', name: 'remote', port: 443 };
const metadata = { name: 'remote', namespace: 'default', uid: 'u', resourceVersion: '1', creationTimestamp: '' };

it("leads to a Service's first ready endpoint, of Endpoints or of a slice", async () => {
  const store = new Store();
  const resolve = createResolver(store, undefined);
  await expect(resolve(remote)).rejects.toThrow('no endpoints available for service "default/remote" port 443');

  store.add('services', { apiVersion: 'v1', kind: 'Service', metadata, spec: { ports: [{ port: 443 }] } });
  store.add('endpointslices.discovery.k8s.io', {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { ...metadata, labels: { 'kubernetes.io/service-name': 'remote' } },
    endpoints: [{ addresses: ['192.0.2.1'], conditions: { ready: false } }, { addresses: ['192.0.2.2'] }],
    ports: [{ port: 8443 }],
  });
  expect(await resolve(remote)).toEqual({ host: '192.0.2.2', port: 8443 });

  const subsets = [{ addresses: [{ ip: '192.0.2.3' }], ports: [{ port: 9443 }] }];
  store.add('endpoints', { apiVersion: 'v1', kind: 'Endpoints', metadata, subsets });
  expect(await resolve(remote)).toEqual({ host: '192.0.2.3', port: 9443 });
});
