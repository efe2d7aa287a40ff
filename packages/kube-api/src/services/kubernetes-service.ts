import { addToIp, formatIp, parseCidr, parseIp } from '@antrea-ts/net-types';
import { newObject, type ApiObject } from '../object.js';
import { objectKey, type Store } from '../storage/store.js';
import { familyName } from './service-families.js';

/** Where clients reach the API besides its Service; the family of the Services comes first. */
export interface Advertised {
  readonly addresses: readonly string[];
  readonly port: number;
}

const name = 'kubernetes';

/** The address of the Service `kubernetes`: the first of all Services. */
export function kubernetesAddress([first = '']: readonly string[]): string {
  return formatIp(addToIp(parseCidr(first).address, 1));
}

/** Keeps the Service by which Pods reach the API, with its Endpoints in both forms. */
export function storeKubernetesService(store: Store, clusterIP: string, { addresses, port }: Advertised): void {
  const { family } = parseIp(clusterIP);
  const reached = addresses.filter((address) => parseIp(address).family === family);
  const labels = { component: 'apiserver', provider: name };
  const portOf = { name: 'https', port, protocol: 'TCP' };
  put(store, 'services', {
    ...labelled('v1', 'Service', labels),
    spec: {
      type: 'ClusterIP',
      clusterIP,
      clusterIPs: [clusterIP],
      ipFamilies: [familyName(family)],
      ipFamilyPolicy: 'SingleStack',
      internalTrafficPolicy: 'Cluster',
      sessionAffinity: 'None',
      ports: [{ ...portOf, port: 443, targetPort: port }],
    },
    status: { loadBalancer: {} },
  });
  put(store, 'endpoints', {
    ...labelled('v1', 'Endpoints', { 'endpointslice.kubernetes.io/skip-mirror': 'true' }),
    subsets: [{ addresses: reached.map((ip) => ({ ip })), ports: [portOf] }],
  });
  put(store, 'endpointslices.discovery.k8s.io', {
    ...labelled('discovery.k8s.io/v1', 'EndpointSlice', { 'kubernetes.io/service-name': name }),
    addressType: familyName(family),
    endpoints: reached.map((address) => ({ addresses: [address], conditions: { ready: true } })),
    ports: [portOf],
  });
}

function labelled(apiVersion: string, kind: string, labels: Record<string, string>): ApiObject {
  const object = newObject(apiVersion, kind, name, 'default');
  return { ...object, metadata: { ...object.metadata, labels } };
}

function put(store: Store, collection: string, object: ApiObject): void {
  const known = store.get(collection, objectKey(object));
  if (known) store.replace(collection, { ...object, metadata: known.metadata }, known);
  else store.add(collection, object);
}
