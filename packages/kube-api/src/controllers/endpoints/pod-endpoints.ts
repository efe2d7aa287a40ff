import type { Node, Pod, Service, ServicePort } from 'kubernetes-types/core/v1.js';
import type { EndpointPort } from 'kubernetes-types/discovery/v1.js';
import { familyOf, type AddressType } from './address-type.js';

/** A Pod as an Endpoint of a Service. */
export interface PodEndpoint {
  readonly pod: Pod;
  readonly zone: string | undefined;
  /** The Service's ports as this Pod has them; names of target ports are those of its own containers. */
  readonly ports: readonly EndpointPort[];
  readonly serving: boolean;
  readonly terminating: boolean;
}

/** The Pods that stand behind a Service, among those that its selector fits. */
export function podEndpoints(
  service: Service,
  pods: readonly Pod[],
  nodes: ReadonlyMap<string, Node>,
): readonly PodEndpoint[] {
  const servicePorts = service.spec?.ports ?? [];
  return pods.flatMap((pod): PodEndpoint[] => {
    const { phase, podIPs = [], conditions = [] } = pod.status ?? {};
    if (podIPs.length === 0 || phase === 'Succeeded' || phase === 'Failed') return [];
    const ports = servicePorts.flatMap((port) => endpointPort(port, pod) ?? []);
    // Not one of the ports that the Service has is there.
    if (ports.length === 0 && servicePorts.length > 0) return [];
    return [
      {
        pod,
        zone: nodes.get(pod.spec?.nodeName ?? '')?.metadata?.labels?.['topology.kubernetes.io/zone'],
        ports,
        serving: conditions.some(({ type, status }) => type === 'Ready' && status === 'True'),
        terminating: pod.metadata?.deletionTimestamp !== undefined,
      },
    ];
  });
}

export function addressOf({ pod }: PodEndpoint, type: AddressType): string | undefined {
  return pod.status?.podIPs?.map(({ ip }) => ip ?? '').find((ip) => familyOf(ip) === type);
}

/** A Pod with a host name in the Service's domain. */
export function hostnameOf({ pod }: PodEndpoint, service: Service): string | undefined {
  return pod.spec?.subdomain === service.metadata?.name ? pod.spec?.hostname : undefined;
}

export function targetRefOf({ pod: { metadata } }: PodEndpoint): Record<'kind' | 'namespace' | 'name' | 'uid', string> {
  const { namespace = '', name = '', uid = '' } = metadata ?? {};
  return { kind: 'Pod', namespace, name, uid };
}

function endpointPort(port: ServicePort, pod: Pod): EndpointPort | undefined {
  const { name = '', protocol = 'TCP', appProtocol, targetPort } = port;
  const number = typeof targetPort === 'string' ? namedPort(pod, targetPort, protocol) : (targetPort ?? port.port);
  if (number === undefined) return undefined;
  return { name, port: number, protocol, ...(appProtocol === undefined ? {} : { appProtocol }) };
}

function namedPort(pod: Pod, name: string, protocol: string): number | undefined {
  const ports = (pod.spec?.containers ?? []).flatMap((container) => container.ports ?? []);
  return ports.find((port) => port.name === name && (port.protocol ?? 'TCP') === protocol)?.containerPort;
}
