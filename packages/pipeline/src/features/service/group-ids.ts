import type { IpFamily } from '@antrea-ts/net-types';

/** As 1.3: IPv4 counts from 1, IPv6 from 0x10000001. */
const firstIds: Readonly<Record<IpFamily, number>> = { ipv4: 0x0000_0001, ipv6: 0x1000_0001 };
/** As many as `partIds` can tell apart. */
const idsPerFamily = 2 ** 24 - 1;

/**
 * Gives groups their ids. A group that was installed by an earlier agent gets the id that it has; freed ids rest until
 * all others were given, because flows that the switch learned name them a while longer.
 */
export class GroupIds {
  readonly #used = new Set<number>();
  readonly #last: Record<IpFamily, number> = { ipv4: 0, ipv6: 0 };
  /** Installed ids by the frontends that lead to them, as far as nobody claimed them. */
  readonly #recovered: Map<string, number>;

  constructor(recovered: ReadonlyMap<string, number> = new Map()) {
    this.#recovered = new Map(recovered);
    for (const id of recovered.values()) {
      const family = familyOf(id);
      this.#used.add(id);
      this.#last[family] = Math.max(this.#last[family], id - firstIds[family] + 1);
    }
  }

  /** An id for what is reached by these frontends. */
  take(family: IpFamily, frontends: Iterable<string>): number {
    for (const frontend of frontends) {
      const id = this.#recovered.get(frontend);
      if (id === undefined) continue;
      for (const [other, same] of this.#recovered) if (same === id) this.#recovered.delete(other);
      return id;
    }
    let id: number;
    do {
      this.#last[family] = (this.#last[family] % idsPerFamily) + 1;
      id = firstIds[family] + this.#last[family] - 1;
    } while (this.#used.has(id));
    this.#used.add(id);
    return id;
  }

  release(id: number): void {
    this.#used.delete(id);
  }

  /** Everything that is wanted was told: what nobody claimed is free. */
  abandonRecovered(): void {
    for (const id of this.#recovered.values()) this.#used.delete(id);
    this.#recovered.clear();
  }
}

function familyOf(id: number): IpFamily {
  return id < firstIds.ipv6 ? 'ipv4' : 'ipv6';
}

/** Parts of a group that is too large for one message: ids that follow from its own. */
export function partId(group: number, part: number): number {
  const family = familyOf(group);
  const index = group - firstIds[family] + 1;
  return (0x8000_0000 + (family === 'ipv6' ? 0x4000_0000 : 0) + index * 64 + part) >>> 0;
}

/** More parts than this have no ids. */
export const mostParts = 64;
