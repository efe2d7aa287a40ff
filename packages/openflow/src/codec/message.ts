export { decodeHeader, decodeMessage, type DecodedMessage, type MessageHeader } from './decode.js';
export { encodeMessage, withXid } from './encode.js';
export { errorMessage } from './error.js';
export { allTables, flowFlags, groups, meters, ports, vendors, version13 } from './constants.js';
