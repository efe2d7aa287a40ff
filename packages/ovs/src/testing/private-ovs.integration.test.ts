import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { startPrivateOvs, whyNoPrivateOvs } from './index.js';

test.skipIf(whyNoPrivateOvs() !== undefined)('a dummy Open vSwitch has bridges, flows and ports', async () => {
  const ovs = await startPrivateOvs();
  try {
    await ovs.vsctl('add-br', 'br-int', '--', 'add-port', 'br-int', 'p1');
    expect(await ovs.ofctl('show', 'br-int')).toContain('(p1)');
    expect(existsSync(ovs.mgmtSocket('br-int'))).toBe(true);
    expect(await ovs.appctl('dpif/show')).toContain('br-int');
    await ovs.stopVswitchd();
    await ovs.startVswitchd();
    // A change that vswitchd has to acknowledge: by then it has made its bridges again.
    await ovs.vsctl('set', 'Bridge', 'br-int', 'external_ids:restarted=yes');
    expect(await ovs.ofctl('show', 'br-int')).toContain('(p1)');
  } finally {
    await ovs.stop();
  }
  expect(existsSync(ovs.runDir)).toBe(false);
});

test.skipIf(whyNoPrivateOvs({ datapath: 'netdev' }) !== undefined)('a netdev one has real interfaces', async () => {
  const ovs = await startPrivateOvs({ datapath: 'netdev' });
  try {
    await ovs.vsctl('add-br', 'br-int', '--', 'set', 'Bridge', 'br-int', 'datapath_type=netdev');
    expect(await ovs.exec('ip', '-o', 'link')).toContain('br-int');
  } finally {
    await ovs.stop();
  }
  expect(existsSync(`/run/netns/${ovs.netns}`)).toBe(false);
});
