export type * from './host.js';
export type * from './pod.js';
export { HostError, type HostErrorCode } from './host-error.js';
export { tryParseDockerNetns, type DockerNetns } from './docker-netns.js';
export { peerRouteKey } from './peer-route-key.js';
export { hostEndDifferences } from './host-end-differences.js';
export { checkPodInterfaceSpec } from './check-pod-interface-spec.js';
