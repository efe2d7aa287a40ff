import type { ClusterGroup, Pod } from '@antrea-ts/apis';
import type { KubeObject, Stored } from '@antrea-ts/kube';
import { currentClusterGroupSpec } from '@antrea-ts/policy';
import type { Pod as KubePod } from 'kubernetes-types/core/v1.js';

/** What policy needs of the metadata of an object. */
function metadataOf({ metadata }: Stored<KubeObject>): Pod['metadata'] {
  const { name, namespace, uid, labels, generation } = metadata;
  return {
    name,
    uid,
    ...(namespace === undefined ? {} : { namespace }),
    ...(labels === undefined ? {} : { labels }),
    ...(generation === undefined ? {} : { generation }),
  };
}

/** An object without what does not matter to policy: its status above all, which changes all the time. */
export function projectObject(object: Stored<KubeObject>): unknown {
  const { spec } = object as { readonly spec?: unknown };
  return { metadata: metadataOf(object), ...(spec === undefined ? {} : { spec }) };
}

/** Where the API does not ask the webhook that converts them, those of an older version come as they were written. */
export function projectClusterGroup(object: Stored<KubeObject>): ClusterGroup {
  const { spec } = object as Stored<KubeObject> & ClusterGroup;
  return { metadata: metadataOf(object), ...(spec === undefined ? {} : { spec: currentClusterGroupSpec(spec) }) };
}

/** Of a hundred thousand Pods only this is kept. */
export function projectPod(object: Stored<KubeObject>): Pod {
  const { spec, status } = object as Stored<KubePod>;
  const containers = (spec?.containers ?? [])
    .map(({ ports = [] }) => ports.filter(({ name }) => name !== undefined))
    .filter((ports) => ports.length > 0)
    .map((ports) => ({
      ports: ports.map(({ name = '', containerPort, protocol = 'TCP' }) => ({ name, containerPort, protocol })),
    }));
  return {
    metadata: metadataOf(object),
    spec: {
      ...(spec?.nodeName === undefined ? {} : { nodeName: spec.nodeName }),
      ...(spec?.hostNetwork ? { hostNetwork: true } : {}),
      ...(containers.length > 0 ? { containers } : {}),
    },
    status: {
      ...(status?.phase === undefined ? {} : { phase: status.phase }),
      ...(status?.podIP === undefined ? {} : { podIP: status.podIP }),
      ...(status?.podIPs === undefined ? {} : { podIPs: status.podIPs.map(({ ip = '' }) => ({ ip })) }),
    },
  };
}
