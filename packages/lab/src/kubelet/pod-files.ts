import type { Pod } from 'kubernetes-types/core/v1.js';

const clusterDomain = 'cluster.local';

/** Whom Pods ask for names: the cluster's own DNS, or what the Node asks. */
export interface Nameservers {
  readonly cluster: readonly string[];
  readonly node: readonly string[];
}

/** Renders a Pod's `/etc/resolv.conf` as `dnsPolicy` and `dnsConfig` say. */
export function renderResolvConf(pod: Pod, nameservers: Nameservers): string {
  const { dnsPolicy = 'ClusterFirst', dnsConfig } = pod.spec ?? {};
  const namespace = pod.metadata?.namespace ?? 'default';
  const own = dnsPolicy === 'None';
  const cluster = dnsPolicy === 'ClusterFirst' || dnsPolicy === 'ClusterFirstWithHostNet';
  const servers = [...(own ? [] : cluster ? nameservers.cluster : nameservers.node), ...(dnsConfig?.nameservers ?? [])];
  const searches = [
    ...(cluster ? [`${namespace}.svc.${clusterDomain}`, `svc.${clusterDomain}`, clusterDomain] : []),
    ...(dnsConfig?.searches ?? []),
  ];
  const given = dnsConfig?.options ?? [];
  // A name with fewer dots is looked for in the cluster first. Who gives an own value has it.
  const usual = cluster && !given.some(({ name }) => name === 'ndots') ? [{ name: 'ndots', value: '5' }] : [];
  const options = [...usual, ...given].map(({ name, value }) => (value === undefined ? name : `${name}:${value}`));
  return [
    ...servers.map((server) => `nameserver ${server}`),
    ...(searches.length > 0 ? [`search ${searches.join(' ')}`] : []),
    ...(options.length > 0 ? [`options ${options.join(' ')}`] : []),
    '',
  ].join('\n');
}

/** Renders a Pod's `/etc/hosts`. */
export function renderHosts(hostname: string, addresses: readonly string[]): string {
  return [
    '127.0.0.1\tlocalhost',
    '::1\tlocalhost ip6-localhost ip6-loopback',
    ...addresses.map((address) => `${address}\t${hostname}`),
    '',
  ].join('\n');
}
