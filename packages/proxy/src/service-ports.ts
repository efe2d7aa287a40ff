import type { IpFamily } from '@antrea-ts/net-types';
import { chooseEndpoints, offersFor, type NodeFacts } from './choose-endpoints.js';
import type { EndpointsSpec } from './read-endpoints.js';
import type { ServicePortSpec, ServiceSpec } from './read-service.js';
import type { Frontend, ServicePort } from './service-port.js';

/** What changed since changes were taken last. */
export interface ServicePortChanges {
  readonly changed: ReadonlyMap<string, ServicePort>;
  readonly removed: ReadonlyMap<string, ServicePort>;
}

/** The addresses to which the host translates connections to its node ports. */
export type NodePortAddresses = Readonly<Record<IpFamily, string>>;

/**
 * Services and Endpoints of a cluster, as this Node balances them. Takes them in any order and computes only Services
 * that something was said about: the others cost nothing.
 */
export class ServicePorts {
  #node: NodeFacts;
  readonly #families: readonly IpFamily[];
  readonly #nodePortAddresses: NodePortAddresses | undefined;
  readonly #services = new Map<string, ServiceSpec>();
  /** Of each Service, by the object that says so. */
  readonly #endpoints = new Map<string, Map<string, EndpointsSpec>>();
  readonly #serviceOf = new Map<string, string>();
  /** What was told last, by Service. */
  readonly #ports = new Map<string, ReadonlyMap<string, ServicePort>>();
  readonly #dirty = new Set<string>();

  /** `nodePortAddresses`: what comes from outside is balanced too (node ports, external addresses). */
  constructor(node: NodeFacts, families: readonly IpFamily[], nodePortAddresses?: NodePortAddresses) {
    this.#node = node;
    this.#nodePortAddresses = nodePortAddresses;
    this.#families = families;
  }

  /** States a Service by its `namespace/name`; undefined: there is none that is balanced. */
  setService(key: string, spec: ServiceSpec | undefined): void {
    if (spec) this.#services.set(key, spec);
    else if (!this.#services.delete(key)) return;
    this.#dirty.add(key);
  }

  /** States what one object (Endpoints or slice, by any key of it) says; undefined: it is gone. */
  setEndpoints(key: string, spec: EndpointsSpec | undefined): void {
    const before = this.#serviceOf.get(key);
    if (before !== undefined && before !== spec?.service) {
      const objects = this.#endpoints.get(before);
      objects?.delete(key);
      if (objects?.size === 0) this.#endpoints.delete(before);
      this.#serviceOf.delete(key);
      this.#dirty.add(before);
    }
    if (spec === undefined) return;
    const objects = this.#endpoints.get(spec.service) ?? new Map<string, EndpointsSpec>();
    this.#endpoints.set(spec.service, objects.set(key, spec));
    this.#serviceOf.set(key, spec.service);
    this.#dirty.add(spec.service);
  }

  /** Another zone means other Endpoints, of Services that look at zones. */
  setNode(node: NodeFacts): void {
    if (node.name === this.#node.name && node.zone === this.#node.zone) return;
    this.#node = node;
    for (const key of this.#services.keys()) this.#dirty.add(key);
  }

  get hasChanges(): boolean {
    return this.#dirty.size > 0;
  }

  /** What is different now from what was taken before; of at most so many Services, the rest stays to be taken. */
  takeChanges(most = Number.POSITIVE_INFINITY): ServicePortChanges {
    const changed = new Map<string, ServicePort>();
    const removed = new Map<string, ServicePort>();
    let taken = 0;
    for (const key of this.#dirty) {
      if (taken >= most) break;
      taken += 1;
      this.#dirty.delete(key);
      const before = this.#ports.get(key) ?? new Map<string, ServicePort>();
      const after = this.#compute(key);
      for (const [id, port] of after) {
        if (!isSame(before.get(id), port)) changed.set(id, port);
      }
      for (const [id, port] of before) if (!after.has(id)) removed.set(id, port);
      if (after.size > 0) this.#ports.set(key, after);
      else this.#ports.delete(key);
    }
    return { changed, removed };
  }

  /** Ports of one Service, as told last. Undefined: it is not there, or nothing of it is balanced. */
  portsOf(key: string): ReadonlyMap<string, ServicePort> | undefined {
    return this.#ports.get(key);
  }

  #compute(key: string): Map<string, ServicePort> {
    const ports = new Map<string, ServicePort>();
    const spec = this.#services.get(key);
    if (!spec) return ports;
    for (const family of this.#families) {
      for (const port of spec.ports)
        for (const each of this.#portsOf(key, spec, port, family)) ports.set(each.id, each);
    }
    return ports;
  }

  #portsOf(key: string, spec: ServiceSpec, port: ServicePortSpec, family: IpFamily): ServicePort[] {
    const frontendsOf = (addresses: ServiceSpec['clusterIps']): Frontend[] =>
      addresses.filter((each) => each.family === family).map(({ address }) => ({ address, port: port.port }));
    const inside = frontendsOf(spec.clusterIps);
    const outside = [
      ...frontendsOf(spec.loadBalancerIps),
      ...(this.#nodePortAddresses ? frontendsOf(spec.externalIps) : []),
    ];
    const nodePorts = inside.length > 0 ? this.#nodePortFrontends(port, family) : [];
    if (inside.length + outside.length === 0) return [];

    const blocks = [...(this.#endpoints.get(key)?.values() ?? [])].flatMap((object) => object.blocks);
    const offers = offersFor(port, family, blocks, this.#node);
    const zone = spec.topologyAware ? this.#node.zone : undefined;
    const common = {
      namespace: spec.namespace,
      name: spec.name,
      protocol: port.protocol,
      family,
      ...(spec.affinitySeconds === undefined ? {} : { affinitySeconds: spec.affinitySeconds }),
    };
    const id = `${key}:${port.name}/${port.protocol}/${family}`;
    const clusterWide = { ...common, endpoints: chooseEndpoints(offers, { localOnly: false, zone }) };
    const local = { ...common, endpoints: chooseEndpoints(offers, { localOnly: true }) };
    // What Pods of the cluster send to an outside address may go anywhere.
    const anywhere = [...outside, ...(spec.externalLocal ? [] : nodePorts)];
    const fromOutside = spec.externalLocal && this.#nodePortAddresses ? [...outside, ...nodePorts] : [];
    const ports: ServicePort[] = spec.internalLocal
      ? [
          { ...local, id, frontends: inside },
          { ...clusterWide, id: `${id}/external`, frontends: anywhere },
        ]
      : [{ ...clusterWide, id, frontends: [...inside, ...anywhere] }];
    ports.push({ ...local, id: `${id}/outside`, frontends: fromOutside, fromOutside: true });
    return ports.filter(({ frontends }) => frontends.length > 0);
  }

  #nodePortFrontends({ nodePort }: ServicePortSpec, family: IpFamily): Frontend[] {
    const address = this.#nodePortAddresses?.[family];
    return address === undefined || nodePort === undefined ? [] : [{ address, port: nodePort }];
  }
}

function isSame(a: ServicePort | undefined, b: ServicePort): boolean {
  return (
    a !== undefined &&
    a.affinitySeconds === b.affinitySeconds &&
    sameList(a.frontends, b.frontends, (x, y) => x.address === y.address && x.port === y.port) &&
    sameList(
      a.endpoints,
      b.endpoints,
      (x, y) => x.address === y.address && x.port === y.port && x.isLocal === y.isLocal,
    )
  );
}

function sameList<T>(a: readonly T[], b: readonly T[], same: (a: T, b: T) => boolean): boolean {
  return a.length === b.length && a.every((each, index) => same(each, b[index] as T));
}
