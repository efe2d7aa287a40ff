import { parseInterfaceAddress, parseIp } from '@antrea-ts/net-types';
import type { HostFixture } from './contract/fixture.js';
import { createMemoryHost } from './memory-host.js';
import { addMemoryForeignPod, addMemoryInterface } from './memory-machine.js';

/** The memory host as the contract wants it. */
export async function makeMemoryFixture(): Promise<HostFixture> {
  const host = createMemoryHost();
  const { machine } = host;
  const gatewayName = 'antrea-gw0';
  addMemoryInterface(machine, gatewayName);
  let namespaces = 0;
  return {
    host,
    gatewayName,
    async restart() {
      await host.close();
      return createMemoryHost({ machine });
    },
    async addNetns() {
      const path = `/var/run/netns/memory-${(namespaces += 1)}`;
      machine.namespaces.add(path);
      return { path, remove: async () => void machine.namespaces.delete(path) };
    },
    async connectForeignPod({ path }, hostName) {
      addMemoryForeignPod(machine, {
        netns: path,
        hostName,
        addresses: ['10.10.0.9/24', 'fd00:10::9/64'].map((text) => parseInterfaceAddress(text)),
        gateways: ['10.10.0.1', 'fd00:10::1'].map((text) => parseIp(text)),
      });
    },
    async disturbHostEnd(hostName, mtu) {
      const found = machine.podInterfaces.get(hostName);
      if (found) machine.podInterfaces.set(hostName, { ...found, hostEnd: { up: false, mtu } });
      machine.changed('links');
    },
    async addForeignAddress(text) {
      const gateway = machine.interfaces.get(gatewayName);
      if (!gateway) return;
      const addresses = [...gateway.addresses, parseInterfaceAddress(text)];
      machine.interfaces.set(gatewayName, { ...gateway, addresses });
      machine.changed('addresses');
    },
    async addForeignRoute(destination) {
      machine.foreignRoutes.add(destination);
    },
    hasForeignRoute: async (destination) => machine.foreignRoutes.has(destination),
    async loseRoute(destination) {
      machine.foreignRoutes.delete(destination);
      machine.peerRoutes.delete(destination);
      machine.changed('routes');
    },
    async damageTrafficRules() {
      if (machine.trafficRules) machine.trafficRules = { ...machine.trafficRules, localPodCidrs: [] };
    },
    close: () => host.close(),
  };
}
