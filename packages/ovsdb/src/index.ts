export { OvsdbError, isOvsdbError, serverErrorCodes, type OvsdbErrorCode, type ServerErrorCode } from './errors.js';
export { JsonFraming, encodeJson, type FramingOptions } from './framing.js';
export type { Json, JsonObject } from './json.js';
export type { LockState } from './locks.js';
export {
  allColumns,
  type MonitorMethod,
  type MonitorReply,
  type MonitorSpec,
  type RowUpdate,
  type TableUpdates,
} from './monitor.js';
export type { ConditionFunction, Mutator, Operation } from './operation.js';
export { Replica, type MonitoredRow, type MonitoredTable, type RowChange } from './replica.js';
export {
  missingFromSchema,
  parseSchema,
  type AtomicType,
  type BaseType,
  type ColumnSchema,
  type ColumnType,
  type DatabaseSchema,
  type TableSchema,
  type TypedSchema,
} from './schema.js';
export { OvsdbSession, type SentRequest, type SessionEvent, type SessionOptions, type SessionStep } from './session.js';
export { Transaction, type Condition, type Mutation, type Selection, type Touched } from './transaction.js';
export type { TransactionResult } from './transaction-result.js';
export type { Input, NamedUuid, RowInput, Uuid } from './value.js';
export { isUuid } from './value.js';
export {
  openVSwitchSchema,
  type BridgeRow,
  type InterfaceRow,
  type OpenVSwitchRow,
  type OpenVSwitchTables,
  type PortRow,
} from './generated/vswitch.js';
