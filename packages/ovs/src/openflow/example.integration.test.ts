/* eslint-disable @nx/enforce-module-boundaries -- the example stands in the README, where a user imports by name */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { startPrivateOvs, whyNoPrivateOvs } from '../testing/index.js';
// #region openflow example
import { parseFlow, parseGroup } from '@antrea-ts/openflow';
import { applyDataplanePlan, connectOpenFlow, dataplaneOf, observeDataplane, planDataplane } from '@antrea-ts/ovs';

async function program(path: string): Promise<number> {
  const connection = await connectOpenFlow({ path, controllerId: 12345 });
  const desired = dataplaneOf({
    groups: [parseGroup('group_id=5,type=select,bucket=actions=resubmit(,42)')],
    flows: [parseFlow('table=41, priority=200,tcp,nw_dst=10.96.0.1,tp_dst=443 actions=group:5')],
  });
  const plan = planDataplane(desired, await observeDataplane(connection));
  const { flows, groups } = await applyDataplanePlan(connection, plan);
  for (const outcome of [...groups, ...flows]) if (!outcome.ok) throw outcome.error;
  await connection.close();
  return plan.flows.create.size;
}
// #endregion

test.skipIf(whyNoPrivateOvs() !== undefined)('the OpenFlow example is the one in the README, and works', async () => {
  const code = /#region openflow example\n(.*)\/\/ #endregion/s.exec(readFileSync(import.meta.filename, 'utf8'))?.[1];
  expect(readFileSync(new URL('../../README.md', import.meta.url), 'utf8')).toContain(code);
  const ovs = await startPrivateOvs();
  try {
    await ovs.vsctl('add-br', 'br-int', '--', 'set', 'Bridge', 'br-int', 'protocols=OpenFlow13', 'fail_mode=secure');
    expect(await program(ovs.mgmtSocket('br-int'))).toBe(1);
    expect(await program(ovs.mgmtSocket('br-int'))).toBe(0);
  } finally {
    await ovs.stop();
  }
});
