import { formatIp } from '@antrea-ts/net-types';
import type { OvsBridge } from '@antrea-ts/ovs';
import { HttpError, queryParameters, type Router } from '@antrea-ts/runtime';
import type { PodStore } from '../pods/pod-store.js';

/** Adds `/podinterfaces?name=&namespace=`: how local Pods are connected, in the form of 1.3. */
export function routePodInterfaces(
  router: Router,
  { store, bridge }: { readonly store: PodStore; readonly bridge: Pick<OvsBridge, 'port'> },
): void {
  router.get('/podinterfaces', ({ query }) => {
    const { name, namespace } = queryParameters(query, ['name', 'namespace']);
    const found = store
      .all()
      .filter((pod) => (name ?? pod.podName) === pod.podName && (namespace ?? pod.podNamespace) === pod.podNamespace)
      .map((pod) => ({
        name: pod.podName,
        podNamespace: pod.podNamespace,
        interfaceName: pod.interfaceName,
        ips: pod.addresses.map(formatIp),
        mac: pod.mac,
        portUUID: bridge.port(pod.interfaceName)?.uuid ?? '',
        ofPort: pod.ofPort,
        containerID: pod.containerId,
      }))
      .sort((a, b) => (`${a.podNamespace}/${a.name}` < `${b.podNamespace}/${b.name}` ? -1 : 1));
    if (name !== undefined && found.length === 0) {
      const where = namespace === undefined ? '' : ` in namespace ${namespace}`;
      throw new HttpError(404, `name: this Node has no Pod ${name}${where}`);
    }
    return { body: { json: found } };
  });
}
