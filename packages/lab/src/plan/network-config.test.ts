import { expect, it } from 'vitest';
import { planAddresses } from './addresses.js';
import { planNetworkConfig } from './network-config.js';

const node = planAddresses({ nodes: 1, ip: 'dual' }).nodes[0]!;

it('Antrea is alone where it connects Pods', () => {
  expect(planNetworkConfig({ mode: 'hybrid' }, node).plugins.map(({ type }) => type)).toEqual(['antrea']);
});

it('networkPolicyOnly: Antrea comes after a plugin that has the addresses', () => {
  const { plugins } = planNetworkConfig({ mode: 'networkPolicyOnly' }, node);
  expect(plugins.map(({ type }) => type)).toEqual(['ptp', 'antrea']);
  expect(plugins[0]?.['ipam']).toEqual({
    type: 'host-local',
    ranges: [[{ subnet: '10.10.1.0/24' }], [{ subnet: 'fd10:10:1::/64' }]],
    routes: [{ dst: '0.0.0.0/0' }, { dst: '::/0' }],
  });
});
