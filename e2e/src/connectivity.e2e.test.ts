import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Lab } from './lab.js';
import { everyoneReachesEveryone, reachabilityDifferences } from './reachability.js';

describe('three Nodes, dual stack, thirty Pods', () => {
  const lab = new Lab('dual');
  const pods = Array.from({ length: 30 }, (_, i) => ({ name: `pod-${i}`, node: `node-${(i % 3) + 1}` }));

  beforeAll(async () => {
    await lab.up('--nodes', '3', '--ip', 'dual');
    await lab.pods(pods);
  });
  afterAll(() => lab.down());

  it('reach each other on both families', async () => {
    const addresses = await lab.podAddresses();
    expect(addresses.size).toBe(pods.length);
    for (const [name, ips] of addresses) expect(ips, name).toHaveLength(2);
    const names = pods.map(({ name }) => name);
    expect(await reachabilityDifferences(lab, everyoneReachesEveryone(names), addresses)).toEqual([]);
  });
});
