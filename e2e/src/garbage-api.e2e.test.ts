import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { eventually, Lab, patience } from './lab.js';
import { parsePing } from './ping.js';

const relayProgram = fileURLToPath(new URL('garbage-relay.mjs', import.meta.url));
const port = 7443;

/** A real agent, and between it and the API a server that answers what no API server should. */
describe('an API that answers garbage', () => {
  const lab = new Lab('garbage');
  let modeFile = '';
  let stopRelay = (): void => {};
  const node = (script: string): Promise<string> => lab.node('node-1', 'sh', '-c', script);
  const flows = async (): Promise<string[]> =>
    (await node('ovs-ofctl -O OpenFlow13 dump-flows br-int --no-stats')).split('\n').toSorted();
  const ready = (): Promise<string> => node('curl -skf https://127.0.0.1:10350/readyz');
  const agentLog = (): Promise<string> => lab.ok(['logs', 'agent', 'node-1']);
  const agentPid = async (): Promise<string> =>
    /^antrea-agent +node-1 +running +(\d+)/m.exec((await lab.run(['status'])).stdout)?.[1] ?? '';

  function answers(mode: string): void {
    writeFileSync(modeFile, `${mode}\n`);
  }

  beforeAll(async () => {
    await lab.up('--nodes', '2');
    await lab.pods([
      { name: 'web', node: 'node-1' },
      { name: 'db', node: 'node-2' },
    ]);
    const directory = join(dirname((await lab.ok(['kubeconfig'])).trim()), 'nodes', 'node-1');
    const kubeconfig = join(directory, 'kubeconfig');
    const copy = `${kubeconfig}-of-relay`;
    modeFile = join(directory, 'mode');
    answers('good');
    const text = readFileSync(kubeconfig, 'utf8');
    writeFileSync(copy, text, { mode: 0o600 });
    const child = lab.spawn(['node', 'node-1', '--', 'node', relayProgram, copy, String(port), modeFile]);
    stopRelay = () => void child.kill();
    await once(child.stdout, 'data');
    const config = parse(text) as { clusters: { cluster: { server: string } }[] };
    config.clusters[0]!.cluster.server = `http://127.0.0.1:${port}`;
    writeFileSync(kubeconfig, stringify(config), { mode: 0o600 });
    await lab.ok(['agent', 'node-1', 'restart']);
    await eventually(ready);
  }, 200_000 * patience);
  afterAll(async () => {
    stopRelay();
    await lab.down();
  }, 60_000 * patience);

  it(
    'what works goes on working, it is said what came, and all is well afterwards',
    async () => {
      const pid = await agentPid();
      expect(pid).not.toBe('');
      const [before, logged] = [await flows(), (await agentLog()).length];
      const [address = ''] = await lab.podIps('db');
      const memory: number[] = [];
      answers('garbage');
      await eventually(async () => {
        memory.push(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]));
        // Quotes inside of an error are written with backslashes.
        const log = (await agentLog()).slice(logged).replaceAll('\\', '');
        for (const told of [
          /the answer is text\/html, not JSON/,
          /ended inside an event: \{"kind":"NodeList"/,
          /ended inside an event: \{"kind":"Potato"/,
          /ended inside an event: \{"kind":"List"/,
          /etcdserver: no leader/,
          /more than \d+ bytes/,
        ]) {
          expect(log).toMatch(told);
        }
      }, 90_000);
      // A body that does not end fills no memory.
      expect(Math.max(...memory)).toBeLessThan(700_000);
      await eventually(async () => {
        const { stdout } = await lab.exec('default/web', 'ping', '-q', '-c', '3', '-i', '0.2', address);
        expect(parsePing(stdout)).toMatchObject({ lost: 0 });
      });
      expect(await flows()).toEqual(before);

      answers('good');
      await lab.pods([{ name: 'after', node: 'node-1' }]);
      await lab.kubectl(['delete', 'pod', 'after']);
      await eventually(async () => expect(await flows()).toEqual(before));
      await eventually(ready);
      expect(await agentPid()).toBe(pid);
    },
    200_000 * patience,
  );
});
