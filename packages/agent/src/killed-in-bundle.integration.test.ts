import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPrivateOvs, whyNoPrivateOvs, type PrivateOvs } from '@antrea-ts/ovs/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AgentConfig } from './config/keys.js';
import { AgentFixture } from './testing/agent-fixture.js';
import { OpenFlowRelay, type CutPoint } from './testing/openflow-relay.js';

const why =
  whyNoPrivateOvs() ??
  (existsSync('/opt/cni/bin/host-local') ? 'the real host-local would be asked for addresses' : undefined);

const points: readonly (readonly [string, CutPoint, 'nothing' | 'all'])[] = [
  ['before the bundle is opened', { at: 'open', part: 0 }, 'nothing'],
  ['when the bundle is open', { at: 'add', nth: 1, part: 0 }, 'nothing'],
  ['amid a message of the bundle', { at: 'add', nth: 3, part: 0.5 }, 'nothing'],
  ['between messages of the bundle', { at: 'add', nth: 5, part: 1 }, 'nothing'],
  ['before the commit', { at: 'commit', part: 0 }, 'nothing'],
  ['amid the commit', { at: 'commit', part: 0.5 }, 'nothing'],
  ['before the answer to the commit', { at: 'reply' }, 'all'],
];

describe.skipIf(why !== undefined)(`an agent killed while it sends a bundle${why ? ` (skipped: ${why})` : ''}`, () => {
  let ovs: PrivateOvs;
  let node: AgentFixture;
  const opened: { relay: OpenFlowRelay; directory: string }[] = [];

  beforeAll(async () => {
    ovs = await startPrivateOvs();
  });
  afterAll(() => ovs?.stop());
  beforeEach(() => {
    node = new AgentFixture(ovs);
  });
  afterEach(async () => {
    for (const { relay } of opened) relay.close();
    await node.close();
    for (const { directory } of opened.splice(0)) rmSync(directory, { recursive: true });
  });

  async function started(config: Partial<AgentConfig> = {}) {
    const directory = mkdtempSync(join(tmpdir(), 'relay-'));
    const relay = await OpenFlowRelay.open({ runDir: ovs.runDir, directory });
    opened.push({ relay, directory });
    return { relay, agent: await node.start({ ovsRunDir: directory }, config) };
  }

  /** The flows, without counters, one per line. */
  const flows = async (): Promise<ReadonlySet<string>> => new Set((await node.flows()).split('\n'));

  /** Runs an agent through to its end; gives the flows, and how many were sent. */
  async function through(config: Partial<AgentConfig> = {}) {
    const { relay, agent } = await started(config);
    await agent.ready();
    agent.stop();
    await agent.ended;
    return { flows: await flows(), sent: relay.flowMods };
  }

  it.each(points)('%s', async (_, point, taken) => {
    const first = await node.start();
    await first.ready();
    expect(await node.cni('ADD', 'c1')).toMatchObject({ status: 200 });
    first.stop();
    await first.ended;
    const before = await flows();
    const { flows: unchanged, sent: sentForNothing } = await through();
    expect([unchanged, sentForNothing]).toEqual([before, 0]);

    // Another mode and Pod CIDR: flows to add, to alter and to remove, in one bundle.
    const changed = { trafficEncapMode: 'noEncap' } as const;
    node.changePodCidr('10.20.1.0/24');
    const { relay, agent } = await started(changed);
    await relay.cutAt(point);
    agent.stop();
    await agent.ended.catch(() => undefined);
    const afterKill = await flows();

    const next = await through(changed);
    const different = [...symmetricDifference(before, next.flows)].length;
    expect(different).toBeGreaterThan(9);
    // All or nothing: never a mixture, in which a packet would find a part of either.
    expect(afterKill).toEqual(taken === 'all' ? next.flows : before);
    if (taken === 'all') expect(next.sent).toBe(0);
    else expect(next.sent).toBeLessThanOrEqual(different);
    expect((await through(changed)).sent).toBe(0);
  });

  it('before anything was installed: nothing is forwarded, and the next one installs it all', async () => {
    const whole = await through();
    await ovs.vsctl('del-br', 'br-int');
    // A bridge that is there, as an agent left it that came no further.
    await ovs.vsctl('add-br', 'br-int', '--', 'set-fail-mode', 'br-int', 'secure');
    const { relay, agent } = await started();
    await relay.cutAt({ at: 'add', nth: 20, part: 1 });
    agent.stop();
    await agent.ended.catch(() => undefined);
    expect([...(await flows())].filter((line) => line.includes('actions='))).toEqual([]);
    expect((await through()).flows).toEqual(whole.flows);
  });
});

function* symmetricDifference(a: ReadonlySet<string>, b: ReadonlySet<string>): Iterable<string> {
  for (const item of a) if (!b.has(item)) yield item;
  for (const item of b) if (!a.has(item)) yield item;
}
