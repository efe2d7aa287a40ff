import type {
  BatchMessages,
  BundleFlags,
  FeaturesReply,
  FlowFilter,
  FlowRemoved,
  FlowStats,
  Group,
  Meter,
  PacketIn,
  PacketOut,
  Port,
  PortStatus,
  SessionLimits,
  SwitchSettings,
  TableStats,
} from '@antrea-ts/openflow';
import type { Clock } from '../clock.js';
import type { OvsLogger } from '../logger.js';

export interface OpenFlowOptions extends SwitchSettings, SessionLimits {
  /** The bridge's management socket (`/var/run/openvswitch/br-int.mgmt`), or its named pipe on Windows. */
  readonly path: string;
  readonly logger?: OvsLogger;
  readonly clock?: Clock;
  /** Ends the connection, whenever it is aborted. */
  readonly signal?: AbortSignal;
  /** How long to try before the first connection stands; 5 s, as Antrea 1.3. Later ones are tried for ever. */
  readonly connectTimeoutMs?: number;
}

export type OpenFlowEvent =
  /** Connected and set up, the first time and after each reconnect; nothing is known of the flows there. */
  | { readonly kind: 'connected'; readonly features: FeaturesReply }
  | { readonly kind: 'disconnected'; readonly reason: Error }
  | { readonly kind: 'packet_in'; readonly packet: PacketIn }
  | { readonly kind: 'port_status'; readonly status: PortStatus }
  | { readonly kind: 'flow_removed'; readonly flow: FlowRemoved };

export interface OperationContext {
  readonly signal?: AbortSignal | undefined;
  /** What is being done, for error messages: `install the flows of Pod default/web`. */
  readonly operation?: string;
}

/**
 * An OpenFlow 1.3 connection to one bridge that outlives sockets. Every operation rejects with `SessionError`:
 * `disconnected` at once when there is no connection or when it breaks (the outcome is then unknown), `refused` with
 * every refused message named, `timeout`; or with the signal's reason.
 */
export interface OpenFlowConnection {
  readonly path: string;
  readonly connected: boolean;
  /** Of the present connection. */
  readonly features: FeaturesReply | undefined;
  /** The switch takes no more bytes for now; whoever sends unasked (packet-outs) should wait or drop. */
  readonly congested: boolean;
  /** Packet-ins and reports lost on the present connection because they came faster than they were taken. */
  readonly dropped: { readonly packetIns: number; readonly reports: number };
  /** Applies flow and group messages in one bundle, atomic and ordered unless told otherwise: all or nothing. */
  applyBundle(messages: BatchMessages, options?: OperationContext & { readonly flags?: BundleFlags }): Promise<void>;
  /** Sends messages that take effect one by one (meters cannot be in a bundle), and waits until all were handled. */
  sendAll(messages: BatchMessages, options?: OperationContext): Promise<void>;
  packetOut(packet: Omit<PacketOut, 'type'>): void;
  barrier(options?: OperationContext): Promise<void>;
  /** Reads flows and hands out each as it comes: those that the caller does not keep take no memory. */
  eachFlow(onFlow: (flow: FlowStats) => void, filter?: FlowFilter, options?: OperationContext): Promise<void>;
  dumpFlows(filter?: FlowFilter, options?: OperationContext): Promise<FlowStats[]>;
  dumpGroups(options?: OperationContext): Promise<Group[]>;
  dumpMeters(options?: OperationContext): Promise<Meter[]>;
  tableStats(options?: OperationContext): Promise<TableStats[]>;
  portDescs(options?: OperationContext): Promise<Port[]>;
  /** Calls the listener for each event, until the function it returns is called. */
  subscribe(listener: (event: OpenFlowEvent) => void): () => void;
  /** Ends the connection for good; what is pending fails. Harmless when repeated. */
  close(): Promise<void>;
}
