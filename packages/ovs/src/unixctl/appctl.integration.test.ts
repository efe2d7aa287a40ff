import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startPrivateOvs, whyNoPrivateOvs, type PrivateOvs } from '../testing/index.js';
import { appctl } from './appctl.js';
import { datapathFeatures, missingDatapathFeatures } from './datapath-features.js';

const options = () => ({ signal: AbortSignal.timeout(20_000) });

describe.skipIf(whyNoPrivateOvs() !== undefined)('control commands to a real ovs-vswitchd', () => {
  let ovs: PrivateOvs;

  beforeAll(async () => {
    ovs = await startPrivateOvs();
    await ovs.vsctl('add-br', 'br-int');
  });
  afterAll(() => ovs?.stop());

  test('answers are what ovs-appctl prints', async () => {
    for (const args of [['version'], ['ofproto/list'], ['dpif/show-dp-features', 'br-int']]) {
      const [command = '', ...rest] = args;
      expect((await appctl(ovs, command, rest, options())).trimEnd()).toBe(await ovs.appctl(...args));
    }
    expect(await appctl({ ...ovs, target: 'ovsdb-server' }, 'version', [], options())).toContain('ovsdb-server');
    const path = `${ovs.runDir}/ovs-vswitchd.${ovs.vswitchdPid}.ctl`;
    expect(await appctl({ runDir: '/nowhere', target: path }, 'version', [], options())).toContain('ovs-vswitchd');
  });

  test('a refusal carries the words of the daemon', async () => {
    await expect(appctl(ovs, 'no/such', [], options())).rejects.toMatchObject({
      code: 'appctl',
      message: expect.stringContaining('"no/such" is not a valid command'),
    });
  });

  test('features are read and the missing ones listed', async () => {
    const features = await datapathFeatures(ovs, 'br-int', options());
    expect(features.get('CT state')).toBe(true);
    expect(missingDatapathFeatures(features, { proxy: true })).toEqual([]);
  });

  test('the PID file is waited for; after the deadline the error names it', async () => {
    await ovs.stopVswitchd();
    const early = appctl(ovs, 'version', [], options());
    await ovs.startVswitchd();
    expect(await early).toContain('ovs-vswitchd');
    await expect(
      appctl({ runDir: '/nowhere' }, 'version', [], { ...options(), pidTimeoutMs: 100 }),
    ).rejects.toMatchObject({ code: 'not running', message: expect.stringContaining('/nowhere/ovs-vswitchd.pid') });
  });
});
