import type { HostFixture } from '@antrea-ts/host/testing';
import { silentLogger } from '@antrea-ts/runtime';
import { createLinuxHost, type LinuxHostOptions } from '../linux-host.js';
import { enterNewNetwork, makeNetns, runHere, runInside, type TestNetns } from './own-network.js';

export const gatewayName = 'antrea-gw0';

/** The Linux host in a new network namespace, as the contract wants it. */
export async function makeLinuxFixture(options: Partial<LinuxHostOptions> = {}): Promise<HostFixture> {
  await enterNewNetwork();
  runHere('ip', 'link', 'set', 'lo', 'up');
  runHere('ip', 'link', 'add', gatewayName, 'type', 'veth', 'peer', 'name', 'gw-peer');
  runHere('ip', 'link', 'set', 'gw-peer', 'up');
  const open = () =>
    createLinuxHost({ logger: silentLogger, gatewayAppearTimeout: 100, changeDebounce: 5, ...options });
  let host = open();
  const namespaces = new Set<TestNetns>();
  const iptables = options.iptablesBackend === undefined ? 'iptables' : `iptables-${options.iptablesBackend}`;
  return {
    host,
    gatewayName,
    async restart() {
      await host.close();
      host = open();
      return host;
    },
    async addNetns() {
      const netns = makeNetns();
      namespaces.add(netns);
      const remove = async () => {
        if (namespaces.delete(netns)) netns.remove();
      };
      return { path: netns.path, remove };
    },
    async connectForeignPod(netns, hostName) {
      runHere('ip', 'link', 'add', hostName, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', netns.path);
      const addresses = [
        ['10.10.0.9', '24', '10.10.0.1', '32'],
        ['fd00:10::9', '64', 'fd00:10::1', '128'],
      ] as const;
      runInside(netns, 'ip', 'link', 'set', 'eth0', 'up');
      runHere('ip', 'link', 'set', hostName, 'up');
      for (const [address, length, gateway, whole] of addresses) {
        const nodad = address.includes(':') ? ['nodad'] : [];
        runInside(netns, 'ip', 'addr', 'add', `${address}/${length}`, 'dev', 'eth0', ...nodad);
        runHere('ip', 'addr', 'add', `${gateway}/${whole}`, 'dev', hostName, ...nodad);
        runHere('ip', 'route', 'add', `${address}/${whole}`, 'dev', hostName);
      }
    },
    async disturbHostEnd(hostName, mtu) {
      runHere('ip', 'link', 'set', hostName, 'down', 'mtu', String(mtu));
    },
    async addForeignAddress(text) {
      runHere('ip', 'addr', 'add', text, 'dev', gatewayName);
    },
    async addForeignRoute(destination) {
      runHere('ip', 'route', 'add', destination, 'dev', gatewayName, 'proto', 'static');
    },
    hasForeignRoute: async (destination) =>
      runHere('ip', 'route', 'show', destination).includes(`${destination} dev ${gatewayName} proto static`),
    async loseRoute(destination) {
      runHere('ip', 'route', 'del', destination);
    },
    async damageTrafficRules() {
      runHere(iptables, '-w', '-t', 'nat', '-D', 'ANTREA-POSTROUTING', '1');
    },
    async close() {
      await host.close();
      for (const netns of namespaces) netns.remove();
    },
  };
}
