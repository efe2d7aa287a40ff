export {
  cidrContains,
  cidrsOverlap,
  formatCidr,
  formatInterfaceAddress,
  gatewayOf,
  networkOf,
  parseCidr,
  parseInterfaceAddress,
  prefixMask,
  tryParseCidr,
  type Cidr,
  type InterfaceAddress,
} from './cidr.js';
export { NetTypesError, type NetTypesErrorCode } from './errors.js';
export {
  addressBits,
  addToIp,
  compareIp,
  formatIp,
  ipEquals,
  ipFromBytes,
  ipToBytes,
  parseIp,
  tryParseIp,
  type IpAddress,
  type IpFamily,
  type Ipv4Address,
  type Ipv6Address,
} from './ip.js';
export {
  macFromBytes,
  macFromNumber,
  macToBytes,
  macToNumber,
  parseMac,
  tryParseMac,
  type MacAddress,
} from './mac.js';
export { isGlobalUnicast, isLinkLocal, isLoopback, isMulticast } from './properties.js';
