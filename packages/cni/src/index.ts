export { decodeCall, type CniCall, type CniCommand } from './call.js';
export { CniError, cniErrorCodes, toErrorObject, type CniErrorObject } from './errors.js';
export { createCniHandler, type CniHandler } from './handler.js';
export { createHostLocalIpam, type AddressHolder, type Ipam } from './ipam.js';
export { KeyedMutex } from './keyed-mutex.js';
export { parseNetworkConfig, type Attachment, type CniDns, type NetworkConfig } from './network-config.js';
export type {
  AdoptRequest,
  AttachRequest,
  ChainedPods,
  CniContainer,
  PodNetwork,
  RepeatedAdds,
} from './pod-network.js';
export { renderResult, type PodAddress, type PodResult } from './result.js';
export { CniServer } from './server.js';
export { supportedVersions, type CniVersion } from './version.js';
