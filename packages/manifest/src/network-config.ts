const list = {
  cniVersion: '0.4.0',
  name: 'antrea',
  plugins: [
    { type: 'antrea', ipam: { type: 'host-local' } },
    { type: 'portmap', capabilities: { portMappings: true } },
    { type: 'bandwidth', capabilities: { bandwidth: true } },
  ],
};

/** What container runtimes read in `/etc/cni/net.d`: which plugins connect a Pod, one after the other. */
export function renderNetworkConfig(): string {
  return `${JSON.stringify(list, null, 2)}\n`;
}
