import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, Lab, patience } from './lab.js';
import { parsePing } from './ping.js';

const program = fileURLToPath(new URL('../../packages/agent/dist/main-linux.js', import.meta.url));

/** The program on a Node of a lab, told to stop as systemd and kubelet do. */
describe('SIGTERM', () => {
  const lab = new Lab('stop');
  let config = '';
  const node = (...command: string[]): Promise<string> => lab.node('node-1', ...command);
  const flows = (): Promise<string> => node('ovs-ofctl', '-O', 'OpenFlow13', 'dump-flows', 'br-int', '--no-stats');

  beforeAll(async () => {
    await lab.up('--nodes', '1');
    await lab.pods([{ name: 'a' }, { name: 'b' }]);
    await lab.ok(['agent', 'node-1', 'stop']);
    config = join(dirname((await lab.ok(['kubeconfig'])).trim()), 'nodes', 'node-1', 'antrea-agent.conf');
  }, 200_000 * patience);
  afterAll(() => lab.down(), 60_000 * patience);

  /** Runs the program in the Node's shell until `when` is there; gives how it ended, and after how long. */
  async function stopped(when: () => Promise<unknown>, prepare = ''): Promise<{ code: number; seconds: number }> {
    const script = `NODE_NAME=node-1 node ${program} --config ${config} >/tmp/agent-of-stop.log 2>&1 & agent=$!
      read line; ${prepare}
      from=$(date +%s%N); kill -TERM $agent; wait $agent; code=$?
      echo "ended $code $((($(date +%s%N) - from) / 1000000))"`;
    const child = lab.spawn(['node', 'node-1', '--', 'sh', '-c', script]);
    let output = '';
    child.stdout.on('data', (data: Buffer) => (output += data.toString()));
    await when();
    child.stdin.end('\n');
    await once(child, 'close');
    const [, code, milliseconds] = /ended (\d+) (\d+)/.exec(output) ?? [];
    return { code: Number(code), seconds: Number(milliseconds) / 1000 };
  }

  const ready = (): Promise<string> => eventually(() => node('curl', '-skf', 'https://127.0.0.1:10350/readyz'));
  const daemons = '$(cat $OVS_RUNDIR/ovs-vswitchd.pid $OVS_RUNDIR/ovsdb-server.pid)';

  it('ends the agent with 0, and leaves the switch forwarding', async () => {
    const before = await flows();
    const [address = ''] = await lab.podIps('b');
    const ping = lab.exec('default/a', 'ping', '-n', '-q', '-i', '0.05', '-c', '150', address);
    expect(await stopped(ready)).toMatchObject({ code: 0, seconds: expect.toSatisfy((time: number) => time < 10) });
    expect(await flows()).toBe(before);
    expect(parsePing((await ping).stdout)).toMatchObject({ lost: 0 });
    const { stdout } = await lab.exec('default/a', 'ping', '-q', '-c', '3', '-i', '0.2', address);
    expect(parsePing(stdout)).toMatchObject({ lost: 0 });
  });

  it('ends one that is still starting', async () => {
    const starting = (): Promise<unknown> =>
      eventually(async () => expect(await node('cat', '/tmp/agent-of-stop.log')).toContain('Starting antrea-agent'));
    await node('rm', '/tmp/agent-of-stop.log');
    expect(await stopped(starting)).toMatchObject({ code: 0 });
  });

  it('ends one whose Open vSwitch does not answer any more', async () => {
    try {
      const ended = await stopped(ready, `kill -STOP ${daemons}; sleep 1;`);
      expect(ended).toMatchObject({ code: 0, seconds: expect.toSatisfy((time: number) => time < 25) });
    } finally {
      await node('sh', '-c', `kill -CONT ${daemons}`);
    }
    expect(await flows()).toContain('table=');
  });
});
