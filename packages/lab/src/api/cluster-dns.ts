import { resources, type KubeClient } from '@antrea-ts/kube';
import type { FamilyPlan } from '../plan/addresses.js';

const dnsName = { name: 'kube-dns', namespace: 'kube-system' };

/** Puts the Service that clusters have for their DNS in front of the lab's DNS server, which stands outside. */
export async function installClusterDns(client: KubeClient, families: readonly FamilyPlan[]): Promise<void> {
  const ports = [
    { name: 'dns', port: 53, protocol: 'UDP' },
    { name: 'dns-tcp', port: 53, protocol: 'TCP' },
  ];
  await client.create(resources.services, {
    metadata: { ...dnsName, labels: { 'k8s-app': 'kube-dns', 'kubernetes.io/name': 'CoreDNS' } },
    spec: {
      clusterIPs: families.map(({ clusterDns }) => clusterDns),
      ipFamilyPolicy: 'PreferDualStack',
      ports,
    },
  });
  await client.create(resources.endpoints, {
    metadata: dnsName,
    subsets: [{ addresses: families.map(({ dns }) => ({ ip: dns })), ports }],
  });
}
