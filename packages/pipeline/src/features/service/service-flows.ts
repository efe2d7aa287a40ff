import { groupKey, itemKey, type Flow, type Group, type SwitchItem } from '@antrea-ts/openflow';
import type { Endpoint, ServicePort } from '@antrea-ts/proxy';
import { renderFlows, type FlowSpec } from '../../flow-builder.js';
import type { FlowChanges } from '../../flow-owners.js';
import type { NodeProfile } from '../../profile.js';
import { layoutOf, type Layout } from '../../tables.js';
import { GroupIds } from './group-ids.js';
import { frontendKeys } from './recover-groups.js';
import { serviceGroupIds, serviceGroups } from './service-groups.js';
import { balancedSpecs, endpointSpecs, refusedSpecs, type ServiceSettings } from './service-specs.js';

interface Placed {
  readonly port: ServicePort;
  readonly group: number;
}

/** Flows and groups of Service ports. A change of one Endpoint gives its flows, and the group that it is in. */
export class ServiceFlows {
  readonly #profile: NodeProfile;
  readonly #layout: Layout;
  readonly #settings: ServiceSettings;
  readonly #ids: GroupIds;
  readonly #placed = new Map<string, Placed>();

  /** `recovered`: groups that are installed, from `recoverGroups`. */
  constructor(profile: NodeProfile, settings: ServiceSettings, recovered?: ReadonlyMap<string, number>) {
    this.#profile = profile;
    this.#layout = layoutOf(profile);
    this.#settings = settings;
    this.#ids = new GroupIds(recovered);
  }

  /** States a Service port, and gives what that changes. */
  set(port: ServicePort): FlowChanges<SwitchItem> {
    const before = this.#placed.get(port.id);
    const placed = { port, group: before?.group ?? this.#ids.take(port.family, frontendKeys(port)) };
    this.#placed.set(port.id, placed);
    const set = new Map(this.#items(placed, addedEndpoints(before?.port, port)));
    return { set, removed: before ? this.#goneKeys(before, placed) : new Set() };
  }

  /** Takes a Service port away. */
  remove(id: string): FlowChanges<SwitchItem> {
    const before = this.#placed.get(id);
    if (before === undefined) return { set: new Map(), removed: new Set() };
    this.#placed.delete(id);
    this.#ids.release(before.group);
    return { set: new Map(), removed: new Set(this.#items(before, before.port.endpoints).map(([key]) => key)) };
  }

  /** Every Service port was told: ids of groups that none of them has are free. */
  abandonRecovered(): void {
    this.#ids.abandonRecovered();
  }

  /** The group of a Service port. */
  groupOf(id: string): number | undefined {
    return this.#placed.get(id)?.group;
  }

  #items({ port, group }: Placed, endpoints: readonly Endpoint[]): [string, SwitchItem][] {
    const groups: Group[] = port.endpoints.length > 0 ? serviceGroups(group, port) : [];
    return [...groups, ...this.#frontends({ port, group }), ...this.#endpoints(port, endpoints)].map((item) => [
      itemKey(item),
      item,
    ]);
  }

  /** Keys of what was there and is not any more. */
  #goneKeys(before: Placed, after: Placed): Set<string> {
    const headOf = (placed: Placed): string[] => [
      ...serviceGroupIds(placed.group, placed.port).map(groupKey),
      ...this.#frontends(placed).map(itemKey),
    ];
    const gone = new Set(headOf(before));
    for (const key of headOf(after)) gone.delete(key);
    const left = addedEndpoints(after.port, before.port);
    for (const flow of this.#endpoints(before.port, left)) gone.add(itemKey(flow));
    // An Endpoint that another Node has now keeps one of its flows.
    const stays = addedEndpoints(before.port, after.port);
    for (const flow of this.#endpoints(after.port, stays)) gone.delete(itemKey(flow));
    return gone;
  }

  #frontends({ port, group }: Placed): Flow[] {
    return this.#render(
      port.endpoints.length > 0
        ? balancedSpecs(port, group, this.#profile.cookieRound)
        : refusedSpecs(port, this.#settings),
    );
  }

  #endpoints(port: ServicePort, endpoints: readonly Endpoint[]): Flow[] {
    return this.#render(endpoints.flatMap((endpoint) => endpointSpecs(port, endpoint, this.#layout)));
  }

  #render(specs: readonly FlowSpec[]): Flow[] {
    return renderFlows(this.#profile.cookieRound, 'Service', specs);
  }
}

/** Endpoints of `after` that `before` has not. */
function addedEndpoints(before: ServicePort | undefined, after: ServicePort): readonly Endpoint[] {
  if (before === undefined) return after.endpoints;
  const had = new Set(before.endpoints.map(endpointKey));
  return after.endpoints.filter((endpoint) => !had.has(endpointKey(endpoint)));
}

function endpointKey({ address, port, isLocal }: Endpoint): string {
  return `${address} ${port} ${isLocal}`;
}
