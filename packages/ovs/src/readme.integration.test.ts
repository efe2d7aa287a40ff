/* eslint-disable @nx/enforce-module-boundaries -- the example stands in the README, where a user imports by name */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { whyNoPrivateOvs } from './testing/index.js';
// #region example
import { appctl, connectOvsdb, ensureBridge } from '@antrea-ts/ovs';
import { startPrivateOvs } from '@antrea-ts/ovs/testing';

async function example() {
  const ovs = await startPrivateOvs(); // a real Open vSwitch of our own; needs no root
  const signal = AbortSignal.timeout(10_000);
  const database = await connectOvsdb({ path: ovs.dbSocket, signal });
  const bridge = await ensureBridge(
    database,
    { name: 'br-int', datapathType: 'system', protocols: ['OpenFlow13'], failMode: 'secure' },
    { signal },
  );
  const port = await bridge.createPort({ name: 'gw0', type: 'internal', ofPortRequest: 2 }, { signal });
  const ports = await appctl(ovs, 'dpif/show', [], { signal });
  await database.close();
  await ovs.stop();
  return { port, ports };
}
// #endregion

test.skipIf(whyNoPrivateOvs() !== undefined)('the example is the one in the README, and works', async () => {
  const code = /#region example\n(.*)\/\/ #endregion/s.exec(readFileSync(import.meta.filename, 'utf8'))?.[1];
  expect(readFileSync(new URL('../README.md', import.meta.url), 'utf8')).toContain(code);
  const { port, ports } = await example();
  expect(port.ofPort).toBe(2);
  expect(ports).toContain('gw0 2/');
});
