import type { ErrorMessage, FeaturesReply, Message } from '../model/message.js';
import type { SessionClock } from './platform.js';
import type { SessionError } from './errors.js';

/** What the switch is asked to be like, once per connection. */
export interface SwitchSettings {
  /** Which `controller(id=…)` actions send to this connection: 0 to 65535. Absent: those without id. */
  readonly controllerId?: number;
  /**
   * How many bytes of a packet come with a table miss. On a bridge's own management socket anything but zero is what
   * makes packet-ins come at all. 128 unless told otherwise, as Antrea 1.3.
   */
  readonly missSendLength?: number;
  /** Also report packets whose TTL ran out (`OFPR_INVALID_TTL`), which Open vSwitch leaves out unless asked. */
  readonly invalidTtl?: boolean;
  /** `nxt_packet_in2` carries user data, registers and tunnel fields; `standard` unless told otherwise. */
  readonly packetInFormat?: 'standard' | 'nxt_packet_in2';
}

/** Bounds of waiting, in milliseconds, and of memory. */
export interface SessionLimits {
  /** How often the switch is asked whether it lives; 3 s, as Antrea 1.3. */
  readonly echoIntervalMs?: number;
  /** After how much silence it is given up; 15 s. */
  readonly deadAfterMs?: number;
  /** How long hello, features and settings may take together; 5 s. */
  readonly handshakeTimeoutMs?: number;
  /** How long one request may go without any progress; 10 s, as Antrea 1.3. */
  readonly requestTimeoutMs?: number;
  /** How many packet-ins wait to be taken; more are dropped and counted; 1000. */
  readonly maxQueuedPacketIns?: number;
  /** How many port-status and flow-removed messages wait to be taken; 10000. */
  readonly maxQueuedReports?: number;
  /** The longest multipart answer, in bytes; 512 MiB, some two million flows. */
  readonly maxReplyBytes?: number;
}

export interface SessionOptions extends SwitchSettings, SessionLimits {
  readonly clock: SessionClock;
  /** Sends bytes. Answers whether more may follow at once; if not, `drained()` is to be called when there is room. */
  readonly write: (bytes: Uint8Array) => boolean;
  /** The switch is known and set up. */
  readonly onReady: (features: FeaturesReply) => void;
  /** The session is over: close the connection. Called once, whoever ended it. */
  readonly onEnd: (error: SessionError) => void;
  /** Something waits in `takeEvents()`. */
  readonly onEvents?: () => void;
  /** An error that belongs to no request under way. */
  readonly onStrayError?: (error: ErrorMessage) => void;
}

/** `OFPR_*` bits: no match, action, invalid TTL. `OFPPR_*`: add, delete, modify. `OFPRR_*`: the four reasons. */
const ALL_PACKET_IN = 0b111;
const ALL_PORT_STATUS = 0b111;
const ALL_FLOW_REMOVED = 0b1111;

/** The messages that set a switch up. */
export function settingsMessages(settings: SwitchSettings): Message[] {
  const messages: Message[] = [{ type: 'set_config', flags: 0, missSendLength: settings.missSendLength ?? 128 }];
  if (settings.packetInFormat === 'nxt_packet_in2') {
    messages.push({ type: 'set_packet_in_format', format: 'nxt_packet_in2' });
  }
  if (settings.controllerId !== undefined) {
    messages.push({ type: 'set_controller_id', controllerId: settings.controllerId });
  }
  if (settings.invalidTtl === true) {
    messages.push({
      type: 'set_async',
      packetIn: [ALL_PACKET_IN, 0],
      portStatus: [ALL_PORT_STATUS, ALL_PORT_STATUS],
      flowRemoved: [ALL_FLOW_REMOVED, 0],
    });
  }
  return messages;
}
