import type { ConfigPlatform } from '@antrea-ts/runtime';

const lists = {
  linux: {
    cniVersion: '0.4.0',
    name: 'antrea',
    plugins: [
      { type: 'antrea', ipam: { type: 'host-local' } },
      { type: 'portmap', capabilities: { portMappings: true } },
      { type: 'bandwidth', capabilities: { bandwidth: true } },
    ],
  },
  // HNS wants a Pod's DNS servers with its endpoint: the runtime tells them. The two other plugins are Linux' only.
  windows: {
    cniVersion: '0.4.0',
    name: 'antrea',
    plugins: [{ type: 'antrea', ipam: { type: 'host-local' }, capabilities: { dns: true } }],
  },
} as const;

/** What container runtimes read in `/etc/cni/net.d`: which plugins connect a Pod, one after the other. */
export function renderNetworkConfig(platform: ConfigPlatform): string {
  return `${JSON.stringify(lists[platform], null, 2)}\n`;
}
