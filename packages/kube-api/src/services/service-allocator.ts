import { addToIp, cidrContains, formatCidr, formatIp, parseCidr, tryParseIp, type Cidr } from '@antrea-ts/net-types';
import { type ApiObject, at, isJsonObject, type JsonObject, textAt } from '../object.js';
import type { Allocator } from '../operations.js';
import type { ApiResource } from '../resources/resource.js';
import { invalid, type StatusCause } from '../status.js';
import { objectKey, type Store } from '../storage/store.js';
import { wrong } from '../validation/causes.js';
import { decideFamilies, familyName, type FamilyName } from './service-families.js';

const nodePorts = { first: 30_000, last: 32_767 };

/** Gives Services their cluster addresses and node ports, each to one only. */
export class ServiceAllocator implements Allocator {
  readonly #cidrs: readonly Cidr[];
  readonly #store: Store;
  /** What is given out, with the Service that has it. */
  readonly #owners = new Map<string, string>();

  constructor({ store, serviceCidrs }: { readonly store: Store; readonly serviceCidrs: readonly string[] }) {
    this.#store = store;
    this.#cidrs = serviceCidrs.map((cidr) => parseCidr(cidr));
  }

  /** Takes up what the stored Services have, and follows them from then on. */
  start(): () => void {
    for (const service of this.#store.list('services')) this.#note(service, objectKey(service));
    return this.#store.watch('services', this.#store.version, ({ type, object, previous }) => {
      if (previous) this.#note(previous, undefined);
      if (type !== 'DELETED') this.#note(object, objectKey(object));
    });
  }

  allocate(resource: ApiResource, object: ApiObject, existing: ApiObject | undefined): ApiObject {
    if (resource.kind !== 'Service' || resource.group !== '') return object;
    const spec = ofItsType(isJsonObject(object['spec']) ? object['spec'] : {});
    const causes: StatusCause[] = [];
    const addressed = this.#withAddresses(spec, object, existing, causes);
    const allocated = this.#withNodePorts(addressed, object, existing, causes);
    if (causes.length > 0) throw invalid(resource, object.metadata.name, causes);
    return { ...object, spec: allocated };
  }

  #withAddresses(
    spec: JsonObject,
    service: ApiObject,
    existing: ApiObject | undefined,
    causes: StatusCause[],
  ): JsonObject {
    const { clusterIP: _, clusterIPs: _s, ipFamilies: _f, ipFamilyPolicy: _p, ...rest } = spec;
    if (spec['type'] === 'ExternalName') return rest;
    const had = listOf(at(existing, 'spec', 'clusterIPs'));
    const given = askedAddresses(spec, had);
    if (had.length > 0 && given[0] !== had[0]) {
      causes.push(wrong('spec.clusterIPs[0]', given, 'may not change once set'));
      return spec;
    }
    const offered = [...new Set(this.#cidrs.map(({ address }) => familyName(address.family)))];
    const { families, policy } = decideFamilies(spec, existing, { addresses: given, offered }, causes);
    const common = { ...rest, ipFamilies: [...families], ipFamilyPolicy: policy };
    if (given[0] === 'None') return { ...common, clusterIP: 'None', clusterIPs: ['None'] };
    const addresses = families.map((family, index) => {
      const wanted = given[index];
      return wanted === undefined
        ? this.#freeAddress(family)
        : this.#checked(wanted, { index, family, service }, causes);
    });
    return { ...common, clusterIP: addresses[0] ?? '', clusterIPs: addresses };
  }

  /** An address that somebody asks for, or has. */
  #checked(
    text: string,
    { index, family, service }: { index: number; family: FamilyName; service: ApiObject },
    causes: StatusCause[],
  ): string {
    const address = tryParseIp(text);
    const field = `spec.clusterIPs[${index}]`;
    const failed = `failed to allocate IP ${text}: `;
    const ranges = this.#cidrs.map(formatCidr).join(', ');
    if (!address) causes.push(wrong(field, text, 'must be a valid IP address'));
    else if (familyName(address.family) !== family) {
      causes.push(wrong(field, text, `expected an ${family} value as indicated by \`ipFamilies[${index}]\``));
    } else if (!this.#cidrs.some((cidr) => cidrContains(cidr, address))) {
      const why = `the provided IP (${text}) is not in the valid range. The range of valid IPs is ${ranges}`;
      causes.push(wrong('spec.clusterIPs', [text], failed + why));
    } else if ((this.#owners.get(formatIp(address)) ?? objectKey(service)) !== objectKey(service)) {
      causes.push(wrong('spec.clusterIPs', [text], `${failed}provided IP is already allocated`));
    }
    return text;
  }

  #freeAddress(family: FamilyName): string {
    const cidr = this.#cidrs.find(({ address }) => familyName(address.family) === family);
    if (!cidr) return '';
    // The first address is that of the API itself.
    for (let offset = 2; ; offset++) {
      const address = addToIp(cidr.address, offset);
      if (!cidrContains(cidr, address)) return '';
      const text = formatIp(address);
      if (!this.#owners.has(text)) return text;
    }
  }

  #withNodePorts(
    spec: JsonObject,
    service: ApiObject,
    existing: ApiObject | undefined,
    causes: StatusCause[],
  ): JsonObject {
    const { ports, type } = spec;
    if (!Array.isArray(ports)) return spec;
    const isOpen = type === 'NodePort' || (type === 'LoadBalancer' && spec['allocateLoadBalancerNodePorts'] !== false);
    const taken = new Set<string>();
    const result = ports.map((port, index) => {
      if (!isJsonObject(port)) return port;
      const { nodePort: given, ...rest } = port;
      if (type === 'ClusterIP') return rest;
      const protocol = textAt(port, 'protocol');
      const known = sameNodePort(existing, port);
      const wanted = given ?? known;
      if (!isOpen && wanted === undefined) return rest;
      const nodePort = typeof wanted === 'number' ? wanted : this.#freeNodePort(protocol, taken);
      const key = `${nodePort}/${protocol}`;
      const owner = this.#owners.get(key);
      if (nodePort < nodePorts.first || nodePort > nodePorts.last) {
        const range = `${nodePorts.first}-${nodePorts.last}`;
        causes.push(
          wrong(
            `spec.ports[${index}].nodePort`,
            nodePort,
            `provided port is not in the valid range. The range of valid ports is ${range}`,
          ),
        );
      } else if ((owner !== undefined && owner !== objectKey(service)) || taken.has(key)) {
        causes.push(wrong(`spec.ports[${index}].nodePort`, nodePort, 'provided port is already allocated'));
      }
      taken.add(key);
      return { ...rest, nodePort };
    });
    return { ...spec, ports: result };
  }

  #freeNodePort(protocol: string, taken: ReadonlySet<string>): number {
    const count = nodePorts.last - nodePorts.first + 1;
    const start = Math.floor(Math.random() * count);
    for (let step = 0; step < count; step++) {
      const port = nodePorts.first + ((start + step) % count);
      const key = `${port}/${protocol}`;
      if (!this.#owners.has(key) && !taken.has(key)) return port;
    }
    return nodePorts.last + 1;
  }

  #note(service: ApiObject, owner: string | undefined): void {
    const addresses = at(service, 'spec', 'clusterIPs');
    const ports = at(service, 'spec', 'ports');
    const keys = [
      ...(Array.isArray(addresses) ? (addresses as string[]).flatMap(canonical) : []),
      ...(Array.isArray(ports)
        ? ports.flatMap((port) => {
            const nodePort = at(port, 'nodePort');
            return typeof nodePort === 'number' ? `${nodePort}/${textAt(port, 'protocol')}` : [];
          })
        : []),
    ];
    for (const key of keys) {
      if (owner === undefined) this.#owners.delete(key);
      else this.#owners.set(key, owner);
    }
  }
}

/** The node port that a Service's port had before, so that an update which leaves it out keeps it. */
function sameNodePort(existing: ApiObject | undefined, port: JsonObject): number | undefined {
  const ports = at(existing, 'spec', 'ports');
  if (!Array.isArray(ports)) return undefined;
  const same = ports.find((other) => at(other, 'port') === port['port'] && at(other, 'protocol') === port['protocol']);
  const nodePort = at(same, 'nodePort');
  return typeof nodePort === 'number' ? nodePort : undefined;
}

/** The addresses that a specification asks for; who names one only means the first. */
function askedAddresses({ clusterIP, clusterIPs }: JsonObject, had: readonly string[]): readonly string[] {
  const given = listOf(clusterIPs);
  if (given.length > 0 && (!clusterIP || clusterIP === given[0])) return given;
  return clusterIP ? [clusterIP as string, ...given.slice(1)] : had;
}

function listOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? (value as string[]) : [];
}

/** An address in its one spelling; nothing for what is none. */
function canonical(text: string): string[] {
  const address = tryParseIp(text);
  return address ? [formatIp(address)] : [];
}

/** A specification without what an earlier type of the Service had. */
function ofItsType(spec: JsonObject): JsonObject {
  const { externalTrafficPolicy, allocateLoadBalancerNodePorts, loadBalancerClass, ...rest } = spec;
  const { type } = spec;
  return {
    ...rest,
    ...(externalTrafficPolicy !== undefined && (type === 'NodePort' || type === 'LoadBalancer')
      ? { externalTrafficPolicy }
      : {}),
    ...(type === 'LoadBalancer' && allocateLoadBalancerNodePorts !== undefined
      ? { allocateLoadBalancerNodePorts }
      : {}),
    ...(type === 'LoadBalancer' && loadBalancerClass !== undefined ? { loadBalancerClass } : {}),
  };
}
