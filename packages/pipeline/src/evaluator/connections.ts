import type { PacketState } from './packet-state.js';

/** Addresses and ports by which a connection is known in one direction. */
interface Tuple {
  readonly family: 'nw' | 'ipv6';
  readonly protocol: bigint;
  readonly source: bigint;
  readonly destination: bigint;
  readonly sourcePort: bigint;
  readonly destinationPort: bigint;
}

/** A tracked connection. */
export interface Connection {
  readonly zone: number;
  mark: bigint;
  label: bigint;
  /** A packet of the other direction was seen: only then is the connection established. */
  answered: boolean;
  committed: boolean;
  readonly original: Tuple;
  /** What packets of the original direction are rewritten to. */
  translated: Tuple;
}

/** A packet's place in its connection, as long as it stays in the zone. */
export interface Tracked {
  readonly connection: Connection;
  readonly reply: boolean;
}

const icmpProtocols = new Set([1n, 58n]);

/** A model of connection tracking that suffices to judge policies: states, labels, marks, translation. */
export class Connections {
  readonly #known = new Map<string, Tracked>();

  /** Looks a packet's connection up, or begins one with a mark that nobody else sees before `commit`. */
  track(packet: PacketState, zone: number, mark = 0n): Tracked {
    const tuple = tupleOf(packet);
    const known = this.#known.get(keyOf(zone, tuple));
    if (known) {
      if (known.reply) known.connection.answered = true;
      return known;
    }
    const connection = {
      zone,
      mark,
      label: 0n,
      answered: false,
      committed: false,
      original: tuple,
      translated: tuple,
    };
    return { connection, reply: false };
  }

  commit({ connection }: Tracked): void {
    if (connection.committed) return;
    connection.committed = true;
    this.#known.set(keyOf(connection.zone, connection.original), { connection, reply: false });
    this.#known.set(keyOf(connection.zone, reversed(connection.translated)), { connection, reply: true });
  }
}

/** Has packets of a connection go to another destination, or come from another source. */
export function translate(
  connection: Connection,
  packet: PacketState,
  direction: 'src' | 'dst',
  address: bigint | undefined,
  port: bigint | undefined,
): void {
  const end = direction === 'dst' ? 'destination' : 'source';
  connection.translated = {
    ...tupleOf(packet),
    ...(address === undefined ? {} : { [end]: address }),
    ...(port === undefined ? {} : { [`${end}Port`]: port }),
  };
}

/** Rewrites a packet as its connection wants it. */
export function applyTranslation({ connection, reply }: Tracked, packet: PacketState): void {
  const to = reply ? reversed(connection.original) : connection.translated;
  packet.set(`${to.family}_src`, to.source);
  packet.set(`${to.family}_dst`, to.destination);
  if (icmpProtocols.has(to.protocol)) return;
  packet.set('tp_src', to.sourcePort);
  packet.set('tp_dst', to.destinationPort);
}

const stateBits = { new: 0x01n, est: 0x02n, rpl: 0x08n, trk: 0x20n } as const;

/** Gives a packet the fields that tell of its connection. */
export function showConnection({ connection, reply }: Tracked, packet: PacketState): void {
  const established = connection.answered ? stateBits.est : stateBits.new;
  packet.set('ct_state', stateBits.trk | established | (reply ? stateBits.rpl : 0n));
  packet.set('ct_zone', BigInt(connection.zone));
  packet.set('ct_mark', connection.mark);
  packet.set('ct_label', connection.label);
}

function tupleOf(packet: PacketState): Tuple {
  const family = packet.get('dl_type') === 0x0800n ? 'nw' : 'ipv6';
  const protocol = packet.get('nw_proto');
  const portless = icmpProtocols.has(protocol);
  return {
    family,
    protocol,
    source: packet.get(`${family}_src`),
    destination: packet.get(`${family}_dst`),
    sourcePort: portless ? 0n : packet.get('tp_src'),
    destinationPort: portless ? 0n : packet.get('tp_dst'),
  };
}

function reversed(tuple: Tuple): Tuple {
  return {
    ...tuple,
    source: tuple.destination,
    destination: tuple.source,
    sourcePort: tuple.destinationPort,
    destinationPort: tuple.sourcePort,
  };
}

function keyOf(zone: number, { family, protocol, source, destination, sourcePort, destinationPort }: Tuple): string {
  return [zone, family, protocol, source, destination, sourcePort, destinationPort].join('/');
}
