export type * from './model/action.js';
export type * from './model/field.js';
export type * from './model/message.js';
export {
  allTables,
  decodeHeader,
  decodeMessage,
  encodeMessage,
  errorMessage,
  flowFlags,
  groups,
  meters,
  ports,
  version13,
  withXid,
  type DecodedMessage,
  type MessageHeader,
} from './codec/message.js';
export { OpenflowError, type OpenflowErrorCode } from './errors.js';
export { OpenFlowSession, type MultipartPart, type OperationOptions } from './session/session.js';
export { SessionError, type Refusal, type SessionErrorCode } from './session/errors.js';
export type { BatchMessage } from './session/batch-writer.js';
export type { SessionClock } from './session/clock.js';
export type { SwitchEvent } from './session/event-queue.js';
export type { SessionLimits, SessionOptions, SwitchSettings } from './session/options.js';
