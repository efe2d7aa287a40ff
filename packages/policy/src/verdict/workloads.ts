import type { ExternalEntity, LabelSelector, NamedPort, Pod } from '@antrea-ts/apis';
import { ipEquals, tryParseIp, type IpAddress } from '@antrea-ts/net-types';
import type { Intent } from './intent.js';
import { selects, type Labels } from './labels.js';

/** A Pod or an ExternalEntity, as far as policy knows it. */
export interface Workload {
  readonly kind: 'pod' | 'externalEntity';
  readonly namespace: string;
  readonly name: string;
  readonly labels: Labels;
  readonly addresses: readonly IpAddress[];
  readonly ports: readonly NamedPort[];
  /** Empty while a Pod is not scheduled, and for what is not in the cluster. */
  readonly node: string;
}

/**
 * Everything that a selector can select. Pods on the host's network have no address of their own, and Pods that ended
 * have given theirs back: neither is known to policy.
 */
export function workloadsOf({ pods, externalEntities }: Intent): Workload[] {
  return [...pods.filter(hasOwnNetwork).map(podWorkload), ...externalEntities.map(entityWorkload)];
}

/** The Pod that has an address. */
export function podAt(address: IpAddress, workloads: readonly Workload[]): Workload | undefined {
  return workloads.find((each) => each.kind === 'pod' && each.node !== '' && hasAddress(each, address));
}

export function hasAddress({ addresses }: Workload, address: IpAddress): boolean {
  return addresses.some((each) => ipEquals(each, address));
}

/** The selectors of a peer, a target or a group. */
export interface Selectors {
  readonly podSelector?: LabelSelector | undefined;
  readonly namespaceSelector?: LabelSelector | undefined;
  readonly externalEntitySelector?: LabelSelector | undefined;
}

/**
 * Whether selectors select a workload. Without a namespaceSelector they look in `home`, or everywhere where that is
 * empty; with a namespaceSelector alone they select all Pods there.
 */
export function isSelected(
  { podSelector, namespaceSelector, externalEntitySelector }: Selectors,
  workload: Workload,
  home: string,
  { namespaces }: Intent,
): boolean {
  if (!podSelector && !namespaceSelector && !externalEntitySelector && home === '') return false;
  if (workload.kind !== (externalEntitySelector ? 'externalEntity' : 'pod')) return false;
  if (namespaceSelector) {
    const namespace = namespaces.find(({ metadata }) => metadata.name === workload.namespace);
    if (!namespace || !selects(namespaceSelector, namespace.metadata.labels ?? {})) return false;
  } else if (home !== '' && workload.namespace !== home) return false;
  return selects(externalEntitySelector ?? podSelector ?? {}, workload.labels);
}

function hasOwnNetwork({ spec, status }: Pod): boolean {
  return !spec?.hostNetwork && status?.phase !== 'Succeeded' && status?.phase !== 'Failed';
}

function podWorkload({ metadata, spec, status }: Pod): Workload {
  const texts = status?.podIPs?.length ? status.podIPs.map(({ ip }) => ip) : [status?.podIP ?? ''];
  const ports = (spec?.containers ?? []).flatMap((container) => container.ports ?? []);
  return {
    kind: 'pod',
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    labels: metadata.labels ?? {},
    addresses: texts.flatMap((text) => tryParseIp(text) ?? []),
    ports: ports.flatMap(({ name, containerPort, protocol = 'TCP' }) =>
      name ? [{ name, port: containerPort, protocol }] : [],
    ),
    node: spec?.nodeName ?? '',
  };
}

function entityWorkload({ metadata, spec }: ExternalEntity): Workload {
  return {
    kind: 'externalEntity',
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    labels: metadata.labels ?? {},
    addresses: (spec?.endpoints ?? []).flatMap(({ ip }) => tryParseIp(ip ?? '') ?? []),
    ports: (spec?.ports ?? []).flatMap(({ name, port, protocol = 'TCP' }) =>
      name && port !== undefined ? [{ name, port, protocol }] : [],
    ),
    node: '',
  };
}
