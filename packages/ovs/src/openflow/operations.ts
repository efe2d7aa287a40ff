import {
  SessionError,
  type BatchMessages,
  type BundleFlags,
  type FeaturesReply,
  type FlowFilter,
  type FlowStats,
  type Group,
  type Meter,
  type OpenFlowSession,
  type PacketOut,
  type Port,
  type TableStats,
} from '@antrea-ts/openflow';
import type { OperationContext } from './openflow-connection.js';
import type { SocketSession } from './socket-session.js';

/** The operations of a connection, on whichever session there is at the moment. */
export class OpenFlowOperations {
  #current: SocketSession | undefined;

  get connected(): boolean {
    return this.#current?.session.ready === true;
  }

  get features(): FeaturesReply | undefined {
    return this.#current?.features;
  }

  get congested(): boolean {
    return this.#current?.session.congested ?? true;
  }

  get dropped(): { readonly packetIns: number; readonly reports: number } {
    return this.#current?.session.dropped ?? { packetIns: 0, reports: 0 };
  }

  async applyBundle(
    messages: BatchMessages,
    options: OperationContext & { readonly flags?: BundleFlags } = {},
  ): Promise<void> {
    await this.#session(options, 'apply a bundle').bundle(messages, options);
  }

  async sendAll(messages: BatchMessages, options: OperationContext = {}): Promise<void> {
    await this.#session(options, 'send messages').sendAll(messages, options);
  }

  packetOut(packet: Omit<PacketOut, 'type'>): void {
    this.#session({}, 'send a packet').send({ type: 'packet_out', ...packet });
  }

  async barrier(options: OperationContext = {}): Promise<void> {
    await this.#session(options, 'barrier').barrier(options);
  }

  async eachFlow(
    onFlow: (flow: FlowStats) => void,
    filter: FlowFilter = {},
    options: OperationContext = {},
  ): Promise<void> {
    const context = { operation: 'dump flows', ...options };
    const onPart = ({ flows }: { readonly flows: readonly FlowStats[] }): void => flows.forEach(onFlow);
    await this.#session(context).eachPart({ kind: 'flow', ...filter }, onPart, context);
  }

  async dumpFlows(filter: FlowFilter = {}, options: OperationContext = {}): Promise<FlowStats[]> {
    const flows: FlowStats[] = [];
    await this.eachFlow((flow) => void flows.push(flow), filter, options);
    return flows;
  }

  async dumpGroups(options: OperationContext = {}): Promise<Group[]> {
    const context = { operation: 'dump groups', ...options };
    const parts = await this.#session(context).multipart({ kind: 'group_desc' }, context);
    return parts.flatMap(({ groups }) => groups);
  }

  async dumpMeters(options: OperationContext = {}): Promise<Meter[]> {
    const context = { operation: 'dump meters', ...options };
    const parts = await this.#session(context).multipart({ kind: 'meter_config' }, context);
    return parts.flatMap(({ meters }) => meters);
  }

  async tableStats(options: OperationContext = {}): Promise<TableStats[]> {
    const context = { operation: 'read table statistics', ...options };
    const parts = await this.#session(context).multipart({ kind: 'table' }, context);
    return parts.flatMap(({ tables }) => tables);
  }

  async portDescs(options: OperationContext = {}): Promise<Port[]> {
    const context = { operation: 'list ports', ...options };
    const parts = await this.#session(context).multipart({ kind: 'port_desc' }, context);
    return parts.flatMap(({ ports }) => ports);
  }

  /** Makes a connection the present one, or leaves none. */
  protected use(connection: SocketSession | undefined): void {
    this.#current = connection;
  }

  #session({ operation }: OperationContext, fallback = 'talk to the switch'): OpenFlowSession {
    if (this.#current !== undefined) return this.#current.session;
    throw new SessionError('disconnected', `${operation ?? fallback}: there is no connection to the switch now`);
  }
}
