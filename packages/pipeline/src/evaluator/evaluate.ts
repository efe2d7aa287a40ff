import { ports, type Action, type Flow, type Group } from '@antrea-ts/openflow';
import { Classifier, type Found } from './classifier.js';
import { applyTranslation, Connections, showConnection, translate, type Tracked } from './connections.js';
import { stateOf, type EvaluatedPacket } from './packet.js';
import { isTaught, learnedFlow } from './learned.js';
import { fieldName, type PacketState } from './packet-state.js';

/** One table that a packet came through. `found` is absent where no flow matched: the packet is dropped. */
export interface EvaluatedStep {
  readonly table: number;
  readonly found: Found | undefined;
}

/** What became of a packet. */
export interface Evaluation {
  readonly path: readonly EvaluatedStep[];
  /** Ports that it left by: numbers, or what `NORMAL` decides, which is not modelled. */
  readonly outputs: readonly (number | 'normal')[];
  /** Packets that went to the controller, with all fields they had. */
  readonly toController: readonly { readonly table: number; readonly packet: PacketState }[];
  /** The flow in which it ended where it was not sent anywhere; absent also where no flow matched. */
  readonly droppedBy?: Flow;
  /** A group that is not known, in which the packet ended. */
  readonly group?: number;
}

/** More than any packet needs: flows that send it in circles end there. */
const mostSteps = 300;

/**
 * What flows do with packets, in software: matches with conjunctions, registers, jumps, connection tracking, learning.
 * It knows what policies, forwarding, translation and Services need; `NORMAL` ends a packet's way, and of a group the
 * bucket that `chooseBucket` names is taken, else the first. Connections, and flows that were learned, are remembered
 * from one packet to the next; other flows make those go that they do not teach.
 */
export class FlowEvaluator {
  #classifier: Classifier;
  #connections = new Connections();
  #groups: Groups;
  #learned: readonly Flow[] = [];

  constructor(flows: Iterable<Flow>, options: EvaluatorOptions = {}) {
    this.#classifier = new Classifier(flows);
    this.#groups = {
      known: new Map((options.groups ?? []).map((group) => [group.group, group])),
      choose: options.chooseBucket ?? (() => 0),
    };
  }

  /** Other flows, and groups where they are given; the same connections. */
  setFlows(flows: Iterable<Flow>, groups?: readonly Group[]): void {
    const given = [...flows];
    this.#learned = this.#learned.filter((flow) => isTaught(flow, given));
    this.#classifier = new Classifier([...given, ...this.#learned]);
    if (groups) this.#groups = { ...this.#groups, known: new Map(groups.map((group) => [group.group, group])) };
  }

  /** The same flows, no connections. */
  forgetConnections(): void {
    this.#connections = new Connections();
  }

  evaluate(packet: EvaluatedPacket): Evaluation {
    return this.#run().walk(stateOf(packet));
  }

  /** As `evaluate`, for a packet whose fields (registers, say) are set already. */
  evaluateState(state: PacketState, table = 0): Evaluation {
    return this.#run().walk(state.copy(), table);
  }

  #run(): Run {
    return new Run(this.#classifier, this.#connections, this.#groups, (flow) => {
      this.#classifier.put(flow);
      this.#learned = [...this.#learned, flow];
    });
  }
}

export interface EvaluatorOptions {
  readonly groups?: readonly Group[];
  /** Index of the bucket that a packet gets. */
  readonly chooseBucket?: (group: Group) => number;
}

interface Groups {
  readonly known: ReadonlyMap<number, Group>;
  readonly choose: (group: Group) => number;
}

class Run {
  readonly #classifier: Classifier;
  readonly #connections: Connections;
  readonly #groups: Groups;
  readonly #learn: (flow: Flow) => void;
  readonly #path: EvaluatedStep[] = [];
  readonly #outputs: (number | 'normal')[] = [];
  readonly #toController: { table: number; packet: PacketState }[] = [];
  /** Packets that come back from connection tracking. */
  readonly #waiting: { readonly packet: PacketState; readonly tracked: Tracked; readonly table: number }[] = [];
  #tracked: Tracked | undefined;
  #ended: { flow?: Flow; group?: number } = {};

  constructor(classifier: Classifier, connections: Connections, groups: Groups, learn: (flow: Flow) => void) {
    this.#classifier = classifier;
    this.#connections = connections;
    this.#groups = groups;
    this.#learn = learn;
  }

  walk(packet: PacketState, table = 0): Evaluation {
    this.#table(table, packet);
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
      this.#tracked = next.tracked;
      this.#ended = {};
      this.#table(next.table, next.packet);
    }
    const { flow, group } = this.#ended;
    return {
      path: this.#path,
      outputs: this.#outputs,
      toController: this.#toController,
      ...(flow && this.#outputs.length === 0 ? { droppedBy: flow } : {}),
      ...(group === undefined ? {} : { group }),
    };
  }

  #table(first: number, packet: PacketState): void {
    for (let table: number | undefined = first; table !== undefined;) {
      if (this.#path.length >= mostSteps) throw new Error(`pipeline: a packet walks in circles through table ${table}`);
      const found = this.#classifier.find(table, packet);
      this.#path.push({ table, found });
      if (found === undefined) return;
      table = this.#follow(found.flow, packet);
    }
  }

  /** The table that comes next. */
  #follow(flow: Flow, packet: PacketState): number | undefined {
    this.#ended = { flow };
    let next: number | undefined;
    for (const instruction of flow.instructions) {
      if (instruction.kind === 'goto_table') next = instruction.table;
      else if (instruction.kind === 'apply_actions') {
        for (const action of instruction.actions) this.#act(action, packet, flow.table);
      }
    }
    return next;
  }

  #act(action: Action, packet: PacketState, table: number): void {
    switch (action.kind) {
      case 'output':
        this.#outputs.push(portOf(action.port, packet));
        break;
      case 'output_field':
        this.#outputs.push(Number(packet.getBits(action.src)));
        break;
      case 'group':
        this.#group(action.group, packet, table);
        break;
      case 'controller':
        this.#toController.push({ table, packet: packet.copy() });
        break;
      case 'reg_load':
        packet.setBits(action.dst, BigInt(action.value));
        break;
      case 'set_field': {
        const name = fieldName(action.field);
        if (action.mask === undefined) packet.set(name, BigInt(action.value));
        else packet.setMasked(name, BigInt(action.value), BigInt(action.mask));
        break;
      }
      case 'move':
        packet.setBits(action.dst, packet.getBits(action.src));
        break;
      case 'dec_ttl':
        packet.set('nw_ttl', packet.get('nw_ttl') - 1n);
        break;
      case 'resubmit':
        this.#table(action.table ?? table, packet);
        break;
      case 'ct':
        this.#connectionTracking(action, packet);
        break;
      case 'learn':
        this.#learn(learnedFlow(action, packet));
        break;
      case 'ct_clear':
        this.#tracked = undefined;
        packet.set('ct_state', 0n);
        break;
      default:
        break;
    }
  }

  #group(id: number, packet: PacketState, table: number): void {
    const group = this.#groups.known.get(id);
    const bucket = group && group.buckets[this.#groups.choose(group)];
    if (bucket) for (const action of bucket.actions) this.#act(action, packet, table);
    else this.#ended = { group: id };
  }

  #connectionTracking(action: Extract<Action, { kind: 'ct' }>, packet: PacketState): void {
    const zone = typeof action.zone === 'number' ? action.zone : Number(packet.getBits(action.zone));
    // A mark from before is that of the first zone.
    const mark = this.#tracked ? 0n : packet.get('ct_mark');
    const tracked =
      this.#tracked?.connection.zone === zone ? this.#tracked : this.#connections.track(packet, zone, mark);
    const { connection } = tracked;
    const range = action.nat?.range;
    if (action.nat?.direction !== undefined && action.commit && !connection.committed) {
      const address = range?.addressMin;
      const port = range?.portMin;
      translate(
        connection,
        packet,
        action.nat.direction,
        address === undefined ? undefined : BigInt(address),
        port === undefined ? undefined : BigInt(port),
      );
    }
    if (action.commit) this.#connections.commit(tracked);
    const forked = packet.copy();
    if (action.nat) applyTranslation(tracked, forked);
    showConnection(tracked, forked);
    for (const each of action.exec ?? []) this.#act(each, forked, -1);
    if (action.commit) {
      connection.mark = forked.get('ct_mark');
      connection.label = forked.get('ct_label');
    }
    if (action.table !== undefined) this.#waiting.push({ packet: forked, tracked, table: action.table });
  }
}

function portOf(port: number, packet: PacketState): number | 'normal' {
  if (port === ports.normal) return 'normal';
  return port === ports.inPort ? Number(packet.get('in_port')) : port;
}
