import { addToIp, cidrContains, formatCidr, formatIp, parseCidr, tryParseIp, type Cidr } from '@antrea-ts/net-types';
import { type ApiObject, at, isJsonObject, type JsonObject, textAt } from '../object.js';
import type { Allocator } from '../operations.js';
import type { ApiResource } from '../resources/resource.js';
import { invalid, type StatusCause } from '../status.js';
import { objectKey, type Store } from '../storage/store.js';

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
    const spec = isJsonObject(object['spec']) ? object['spec'] : {};
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
    const { clusterIP, clusterIPs, ipFamilies, ipFamilyPolicy, ...rest } = spec;
    if (spec['type'] === 'ExternalName') return rest;
    const known = at(existing, 'spec', 'clusterIPs');
    const had = Array.isArray(known) ? (known as string[]) : [];
    let given =
      Array.isArray(clusterIPs) && clusterIPs.length > 0
        ? (clusterIPs as string[])
        : clusterIP
          ? [clusterIP as string]
          : [];
    if (given.length === 0) given = had;
    if (had.length > 0 && given[0] !== had[0]) {
      causes.push(wrong('spec.clusterIPs[0]', given, 'may not change once set'));
      return spec;
    }
    const families = this.#families(
      ipFamilies,
      ipFamilyPolicy ?? at(existing, 'spec', 'ipFamilyPolicy'),
      given,
      causes,
    );
    const policy =
      ipFamilyPolicy ??
      at(existing, 'spec', 'ipFamilyPolicy') ??
      (families.length > 1 ? 'RequireDualStack' : 'SingleStack');
    const common = { ...rest, ipFamilies: families, ipFamilyPolicy: policy as string };
    if (given[0] === 'None') return { ...common, clusterIP: 'None', clusterIPs: ['None'] };
    const addresses = families.map((family, index) => {
      const wanted = given[index];
      return wanted === undefined ? this.#freeAddress(family) : this.#checked(wanted, service, causes);
    });
    return { ...common, clusterIP: addresses[0] ?? '', clusterIPs: addresses };
  }

  #families(given: unknown, policy: unknown, addresses: readonly string[], causes: StatusCause[]): string[] {
    const offered = [...new Set(this.#cidrs.map(({ address }) => familyName(address.family)))];
    const ofAddresses = addresses.flatMap((text) => {
      const address = tryParseIp(text);
      return address ? familyName(address.family) : [];
    });
    const asked = Array.isArray(given) && given.length > 0 ? (given as string[]) : ofAddresses;
    const families = [...asked, ...offered.filter((family) => !asked.includes(family))];
    for (const [index, family] of asked.entries()) {
      if (!offered.includes(family)) {
        causes.push(wrong(`spec.ipFamilies[${index}]`, family, 'not configured on this cluster'));
      }
    }
    if (policy === 'RequireDualStack' && offered.length < 2) {
      causes.push(wrong('spec.ipFamilyPolicy', policy, 'this cluster is not configured for dual-stack services'));
    }
    const isDual = policy === 'PreferDualStack' || policy === 'RequireDualStack' || asked.length > 1;
    return families.slice(0, isDual ? 2 : 1);
  }

  #checked(text: string, service: ApiObject, causes: StatusCause[]): string {
    const address = tryParseIp(text);
    const owner = this.#owners.get(text);
    const ranges = this.#cidrs.map(formatCidr).join(', ');
    const failed = `failed to allocate IP ${text}: `;
    if (!address) causes.push(wrong('spec.clusterIPs[0]', text, 'must be a valid IP address'));
    else if (!this.#cidrs.some((cidr) => cidrContains(cidr, address))) {
      const why = `the provided IP (${text}) is not in the valid range. The range of valid IPs is ${ranges}`;
      causes.push(wrong('spec.clusterIPs', [text], failed + why));
    } else if (owner !== undefined && owner !== objectKey(service)) {
      causes.push(wrong('spec.clusterIPs', [text], `${failed}provided IP is already allocated`));
    }
    return text;
  }

  #freeAddress(family: string): string {
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
      ...(Array.isArray(addresses) ? (addresses as string[]).filter((address) => address !== 'None') : []),
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

function familyName(family: 'ipv4' | 'ipv6'): string {
  return family === 'ipv4' ? 'IPv4' : 'IPv6';
}

function wrong(field: string, value: unknown, why: string): StatusCause {
  return { reason: 'FieldValueInvalid', field, message: `Invalid value: ${JSON.stringify(value)}: ${why}` };
}
