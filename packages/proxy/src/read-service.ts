import { listOf, Problems, readAddress, readPort, readProtocol, type AddressText } from './read-value.js';
import type { Problem, ServiceProtocol } from './service-port.js';

/** The fields of a Service (core/v1) that are read. */
export interface ServiceObject {
  readonly metadata: {
    readonly namespace?: string;
    readonly name?: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: {
    readonly type?: string;
    readonly clusterIP?: string;
    readonly clusterIPs?: readonly string[];
    readonly ipFamilies?: readonly string[];
    readonly externalIPs?: readonly string[];
    readonly ports?: readonly {
      readonly name?: string;
      readonly port: number;
      readonly protocol?: string;
      readonly nodePort?: number;
    }[];
    readonly sessionAffinity?: string;
    readonly sessionAffinityConfig?: { readonly clientIP?: { readonly timeoutSeconds?: number } };
    readonly internalTrafficPolicy?: string;
    readonly externalTrafficPolicy?: string;
  };
  readonly status?: { readonly loadBalancer?: { readonly ingress?: readonly { readonly ip?: string }[] } };
}

export interface ServicePortSpec {
  /** Empty in a Service with one port. */
  readonly name: string;
  readonly port: number;
  readonly protocol: ServiceProtocol;
  readonly nodePort?: number;
}

/** A Service as far as it is balanced. Plain data: two are the same when their JSON is. */
export interface ServiceSpec {
  readonly namespace: string;
  readonly name: string;
  readonly ports: readonly ServicePortSpec[];
  readonly clusterIps: readonly AddressText[];
  readonly loadBalancerIps: readonly AddressText[];
  readonly externalIps: readonly AddressText[];
  readonly affinitySeconds?: number;
  /** Connections from within the cluster to the cluster's own address stay on the Node. */
  readonly internalLocal: boolean;
  /** Connections from outside of the cluster stay on the Node. */
  readonly externalLocal: boolean;
  readonly topologyAware: boolean;
  readonly problems: readonly Problem[];
}

/** The longest time that a flow can have (16 bits). */
const longestAffinity = 65_535;
const defaultAffinity = 10_800;

/** Reads what is balanced. Undefined for headless Services and other names of something outside. */
export function readService({ metadata, spec: given, status }: ServiceObject): ServiceSpec | undefined {
  const spec = given ?? {};
  const addresses = listOf(spec.clusterIPs ?? (spec.clusterIP ? [spec.clusterIP] : []));
  if (spec.type === 'ExternalName' || addresses.length === 0 || addresses.includes('None')) return undefined;
  const problems = new Problems();
  const affinitySeconds = readAffinity(spec, problems);
  const annotations = metadata.annotations ?? {};
  const hints =
    annotations['service.kubernetes.io/topology-mode'] ?? annotations['service.kubernetes.io/topology-aware-hints'];
  const ingress = listOf(status?.loadBalancer?.ingress).flatMap(({ ip }) => (ip ? [ip] : []));
  return {
    namespace: metadata.namespace ?? '',
    name: metadata.name ?? '',
    ports: readPorts(spec, problems),
    clusterIps: readClusterIps(addresses, spec, problems),
    loadBalancerIps: readAddresses(ingress, 'status.loadBalancer.ingress', problems),
    externalIps: readAddresses(listOf(spec.externalIPs), 'spec.externalIPs', problems),
    ...(affinitySeconds === undefined ? {} : { affinitySeconds }),
    internalLocal: spec.internalTrafficPolicy === 'Local',
    externalLocal: spec.externalTrafficPolicy === 'Local',
    topologyAware: hints === 'Auto' || hints === 'auto',
    problems: problems.found,
  };
}

function readPorts({ ports }: NonNullable<ServiceObject['spec']>, problems: Problems): ServicePortSpec[] {
  const given = listOf(ports);
  if (given.length === 0) problems.add('spec.ports', 'is empty: nothing reaches this Service; give it a port');
  const read: ServicePortSpec[] = [];
  given.forEach(({ name = '', nodePort, ...each }, index) => {
    const field = `spec.ports[${index}]`;
    const port = readPort(each.port, `${field}.port`, problems);
    const protocol = readProtocol(each.protocol, `${field}.protocol`, problems);
    if (port === undefined || protocol === undefined) return;
    const same = read.findIndex((other) => other.protocol === protocol && other.port === port);
    const named = read.findIndex((other) => other.name === name);
    if (same >= 0) problems.add(field, `${port}/${protocol} is there twice; only the first is used`);
    else if (named >= 0)
      problems.add(`${field}.name`, `${JSON.stringify(name)} is there twice; only the first is used`);
    else read.push({ name, port, protocol, ...(nodePort ? { nodePort } : {}) });
  });
  return read;
}

function readClusterIps(
  given: readonly string[],
  { ipFamilies }: NonNullable<ServiceObject['spec']>,
  problems: Problems,
): AddressText[] {
  const addresses: AddressText[] = [];
  given.forEach((text, index) => {
    const field = `spec.clusterIPs[${index}]`;
    const address = readAddress(text, field, problems);
    if (address === undefined) return;
    const stated: unknown = listOf(ipFamilies)[index];
    if (typeof stated === 'string' && stated.toLowerCase() !== address.family) {
      problems.add(field, `${address.address} is not of family ${stated}, which spec.ipFamilies[${index}] states`);
    }
    addresses.push(address);
  });
  return addresses;
}

function readAddresses(given: readonly unknown[], field: string, problems: Problems): AddressText[] {
  return given.flatMap((text, index) => readAddress(text, `${field}[${index}]`, problems) ?? []);
}

function readAffinity(
  { sessionAffinity, sessionAffinityConfig }: NonNullable<ServiceObject['spec']>,
  problems: Problems,
): number | undefined {
  if (sessionAffinity !== 'ClientIP') return undefined;
  const seconds = sessionAffinityConfig?.clientIP?.timeoutSeconds ?? defaultAffinity;
  const field = 'spec.sessionAffinityConfig.clientIP.timeoutSeconds';
  if (!Number.isInteger(seconds) || seconds < 1) {
    problems.add(field, `${JSON.stringify(seconds)} is no time; ${defaultAffinity} is used`);
    return defaultAffinity;
  }
  if (seconds <= longestAffinity) return seconds;
  problems.add(field, `${seconds} is more than the switch can count; ${longestAffinity} is used`);
  return longestAffinity;
}
