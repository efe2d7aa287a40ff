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
