import { buildFakeHns } from '@antrea-ts/host-windows/testing';
import { startPrivateOvs, whyNoPrivateOvs, type PrivateOvs } from '@antrea-ts/ovs/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WindowsAgent } from './testing/windows-agent.js';

const why = whyNoPrivateOvs();

/** The whole agent on a Windows machine that is a model, with each of its steps failing in turn. */
describe.skipIf(why !== undefined)('the start of a Windows agent', () => {
  const libraries = why === undefined ? buildFakeHns() : undefined;
  let ovs: PrivateOvs;
  let node: WindowsAgent;

  beforeAll(async () => (ovs = await startPrivateOvs()));
  afterAll(() => ovs?.stop());
  beforeEach(() => (node = new WindowsAgent(ovs, libraries!)));
  afterEach(() => node.close());

  const ready = {
    addresses: ['antrea-gw0 10.10.1.1', 'br-int 192.168.1.11'],
    routes: ['br-int 0.0.0.0/0 192.168.1.1'],
    dns: ['br-int 192.168.1.2'],
    switches: ['antrea-hnsnetwork'],
    nats: ['antrea-nat'],
    firewall: ['Antrea: accept packets from local Pods', 'Antrea: accept packets to local Pods'],
    hns: ['networks antrea-hnsnetwork'],
  };

  it('makes the Node ready, and made ready it stays as it is', async () => {
    expect(await node.start()).toBe('ready');
    expect(node.network()).toEqual(ready);
    expect(await node.start()).toBe('ready');
    expect(node.network()).toEqual(ready);
  });

  /**
   * Starts an agent with a fault on a machine of its own: it is ready all the same, or it says why not and the host has its
   * network, where it was or on the bridge; the next agent is ready.
   */
  async function startsWith(fault: (on: WindowsAgent) => void, reason: RegExp): Promise<'ready' | 'failed'> {
    await node.close();
    node = new WindowsAgent(ovs, libraries!);
    const before = node.network();
    fault(node);
    const outcome = await node.start();
    await node.followSwitch();
    if (outcome === 'ready') expect(node.network()).toEqual(ready);
    else {
      expect(outcome).toMatch(reason);
      const { addresses, ...after } = node.network();
      if (after.switches.length === 0) expect({ addresses, ...after }).toEqual(before);
      else {
        // The move was over before the fault: the host has all it had on the bridge, and the switch carries it.
        expect(addresses).toContain('br-int 192.168.1.11');
        expect(after).toMatchObject({ routes: ready.routes, dns: ready.dns, hns: ready.hns });
        expect(await ovs.ofctl('dump-flows', 'br-int', '--no-stats')).toMatch(
          /in_port=3 actions=LOCAL[^]*in_port=LOCAL/,
        );
      }
    }
    delete node.machine.failAt;
    node.sessionFault = undefined;
    node.setHnsFaults([]);
    node.hnsDeadlineMs = undefined;
    expect(await node.start()).toBe('ready');
    expect(node.network()).toEqual(ready);
    return outcome === 'ready' ? 'ready' : 'failed';
  }

  it('whatever cmdlet fails: the host is as before and the agent says which, or it is ready all the same', async () => {
    await node.start();
    const total = node.machine.calls;
    expect(total).toBeGreaterThan(25);
    const outcomes = [];
    for (let failing = 1; failing <= total; failing += 1) {
      outcomes.push(await startsWith(({ machine }) => (machine.failAt = failing), /was made to fail/));
    }
    expect(outcomes.filter((outcome) => outcome === 'failed').length).toBeGreaterThan(15);
  }, 300_000);

  it.each([
    ['timed-out', 'PowerShell did not answer within 30 s'],
    ['silent', 'PowerShell ended'],
  ] as const)(
    'whatever PowerShell does without an answer (%s): the same',
    async (code, message) => {
      await node.start();
      const total = node.invocations;
      expect(total).toBeGreaterThan(10);
      const outcomes = [];
      for (let at = 1; at <= total; at += 1) {
        outcomes.push(await startsWith((on) => (on.sessionFault = { at, code, message }), new RegExp(message)));
      }
      expect(outcomes.filter((outcome) => outcome === 'failed').length).toBeGreaterThan(8);
    },
    300_000,
  );

  it.each([
    ['fails', 'The switch is busy.', /The switch is busy/],
    // Longer than is waited for: what it was to do is done later, when nobody expects it.
    ['hangs', 'hang 400', /no answer within 0.2 s/],
  ])(
    'whatever call of HNS %s: the same',
    async (_, fault, reason) => {
      const outcomes = [];
      // As many as a start makes, and some more.
      for (let passing = 0; passing < 9; passing += 1) {
        const lines = [...Array.from({ length: passing }, () => 'ANY / pass'), `ANY / ${fault}`];
        const broken = (on: WindowsAgent): void => {
          on.setHnsFaults(lines);
          on.hnsDeadlineMs = 200;
        };
        outcomes.push(await startsWith(broken, reason));
      }
      expect(outcomes.filter((outcome) => outcome === 'failed').length).toBeGreaterThan(3);
    },
    200_000,
  );

  describe('on a machine', () => {
    const on = async (options: ConstructorParameters<typeof WindowsAgent>[2]): Promise<WindowsAgent> => {
      await node.close();
      return (node = new WindowsAgent(ovs, libraries!, options));
    };

    it('whose adapter has a name that is not ASCII, with quotes', async () => {
      await on({ adapter: 'Überseekabel „1’s“' });
      expect(await node.start()).toBe('ready');
      expect(node.network()).toEqual(ready);
      expect(await ovs.vsctl('get', 'Interface', 'Überseekabel „1’s“', 'ofport')).toBe('3');
    });

    it('whose adapter has no gateway', async () => {
      await on({ gateway: false });
      expect(await node.start()).toBe('ready');
      expect(node.network()).toEqual({ ...ready, routes: [] });
    });

    it('without Hyper-V', async () => {
      node.machine.features.clear();
      expect(await node.start()).toBe('ready');
      expect(node.network()).toEqual(ready);
    });

    it('whose HNS has no extension of Open vSwitch', async () => {
      const before = node.network();
      const calls = ['GET /networks pass', 'POST /networks/ pass', 'POST /networks/ The extension was not found.'];
      node.setHnsFaults(calls);
      expect(await node.start()).toMatch(/enable the extension of Open vSwitch: .*The extension was not found/);
      await node.followSwitch();
      expect(node.network()).toEqual(before);
    });

    it('that does not let its account do it', async () => {
      const before = node.network();
      node.sessionFault = { at: 2, code: 'refused', message: 'Get-NetAdapter: Access is denied.' };
      expect(await node.start()).toMatch(
        /Access is denied.*; the agent must run as LocalSystem or as an administrator/,
      );
      expect(node.network()).toEqual(before);
    });

    it('with a virtual adapter, or two with the address', async () => {
      const before = node.network();
      node.machine.adapters[0] = { ...node.machine.adapters[0]!, virtual: true };
      expect(await node.start()).toMatch(/adapter "Ethernet" with 192.168.1.11 .* virtual; set transportInterface/);
      node.machine.adapters[0] = { ...node.machine.adapters[0], virtual: false };
      node.machine.addresses.push({ index: 41, ip: '192.168.1.11', prefixLength: 24 });
      expect(await node.start()).toMatch(/both have it|several interfaces/);
      node.machine.addresses.pop();
      expect(node.network()).toEqual(before);
    });
  });
});
