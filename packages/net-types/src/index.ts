export {
  cidrContains,
  cidrContainsCidr,
  cidrEquals,
  cidrsOverlap,
  compareCidr,
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
export { excludeCidrs, rangeToPrefixes } from './cidr-sets.js';
export { NetTypesError, type NetTypesErrorCode } from './errors.js';
export {
  addressBits,
  addToIp,
  compareIp,
  ipEquals,
  ipFromBytes,
  ipFromValue,
  ipToBytes,
  type IpAddress,
  type IpFamily,
  type Ipv4Address,
  type Ipv6Address,
} from './ip.js';
export { formatIp, parseIp, tryParseIp } from './ip-text.js';
export {
  isMulticastMac,
  macFromBytes,
  macFromNumber,
  macToBytes,
  macToNumber,
  parseMac,
  tryParseMac,
  type MacAddress,
} from './mac.js';
export { hostCidr, ipFamilyOf, lastAddressOf, netmaskOf, prefixLengthOf } from './masks.js';
export { isPort, portRangeToMasks, type PortMask } from './ports.js';
export { isGlobalUnicast, isLinkLocal, isLoopback, isMulticast, isUnspecified } from './properties.js';
export { ipProtocols, protocolName, protocolNumber, type IpProtocolName } from './protocols.js';
export { linkLocalOf } from './link-local.js';
