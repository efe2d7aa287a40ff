export { createLinuxHost, type LinuxHostOptions } from './linux-host.js';
export { compareKernelVersions, isKernelAtLeast, tryParseKernelVersion, type KernelVersion } from './kernel-version.js';
export { podIpSet } from './iptables/antrea-rules.js';
export { routeProtocol } from './rtnetlink/message-type.js';
export { readSysctl, writeSysctl } from './sysctl.js';
