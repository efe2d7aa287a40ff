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
export { OpenFlowSession } from './session/session.js';
export type { MultipartPart, OperationOptions } from './session/transactions.js';
export { SessionError, type Refusal, type SessionErrorCode } from './session/errors.js';
export type { BatchMessage, BatchMessages, MessageSource } from './session/batch-writer.js';
export { describeMessage } from './session/describe-message.js';
export type { SessionClock } from './session/platform.js';
export type { SwitchEvent } from './session/event-queue.js';
export type { SessionLimits, SessionOptions, SwitchSettings } from './session/options.js';
export { fieldByName, findField } from './fields/registry.js';
export type { Field, FieldFormat, FieldHeader } from './fields/field.js';
export { groupKey, isGroup, itemKey, type SwitchItem } from './keys/item-key.js';
export { flowKey, keyInTable, sameFlow, sameUnderKey } from './keys/flow-key.js';
export { keyMaker, matchKey, normalizeMatch } from './keys/match-key.js';
export { formatActions, formatInstructions } from './text/format-actions.js';
export { formatFlow, formatGroup, formatMeter } from './text/format-flow.js';
export { formatMatch } from './text/format-match.js';
export { parseActions } from './text/parse-actions.js';
export { parseFlow, parseGroup, parseInstructions, parseMeter } from './text/parse-flow.js';
export { parseMatch } from './text/parse-match.js';
export { formatPort, parsePort } from './text/port-text.js';
