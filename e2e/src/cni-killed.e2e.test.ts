import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callCni, cniEnvironment, cniInput, cniPlugin, type CniCall } from './cni-call.js';
import { eventually, Lab } from './lab.js';

const rounds = process.env['TEST_LONG'] ? 200 : 4;

/** The plugin or the agent killed in the middle of a call: what the runtime does next succeeds, and nothing is left. */
describe('CNI calls that are cut off', () => {
  const lab = new Lab('cni-killed');
  const directory = mkdtempSync(join(tmpdir(), 'antrea-cni-killed-'));
  const [slow, waiting] = [join(directory, 'slow'), join(directory, 'waiting')];
  const netns = '/var/run/netns/cut';
  const pod = { container: 'cut-off', netns } as const;
  const inNode = (...command: string[]): Promise<string> => lab.node('node-1', ...command);
  const cni = (call: CniCall) => callCni(lab, 'node-1', { ...pod, ...call });
  let before = '';

  beforeAll(async () => {
    await lab.up('--nodes', '1');
    await inNode('ip', 'netns', 'add', 'cut');
    await inNode('sh', '-c', replaceHostLocal(directory));
    before = await inNode('sh', '-c', inventory);
  });
  afterAll(async () => {
    rmSync(slow, { force: true });
    await lab.down();
    rmSync(directory, { recursive: true });
  });

  /** Starts a call that stays in IPAM, `before` or `after` the address is recorded, until `slow` is gone. */
  async function callSlowly(command: 'ADD' | 'DEL', when: 'before' | 'after') {
    rmSync(waiting, { force: true });
    writeFileSync(slow, when);
    const pidFile = join(directory, 'plugin.pid');
    const started = `echo $$ >${pidFile}; exec ${cniPlugin}`;
    const child = lab.spawn([
      'node',
      'node-1',
      '--',
      'env',
      ...cniEnvironment({ command, ...pod }),
      'sh',
      '-c',
      started,
    ]);
    let output = '';
    child.stdout.on('data', (piece: Buffer) => (output += piece.toString()));
    child.stdin.end(cniInput({ command, ...pod }));
    const ended = once(child, 'exit').then(() => output);
    await eventually(async () => expect(existsSync(waiting)).toBe(true));
    return { ended, killPlugin: () => process.kill(Number(readFileSync(pidFile, 'utf8')), 'SIGKILL') };
  }

  const goOn = (): void => rmSync(slow, { force: true });
  const startAgain = async (): Promise<void> => {
    await lab.ok(['agent', 'node-1', 'start']);
    await eventually(() => inNode('curl', '-skf', 'https://127.0.0.1:10350/readyz'));
  };
  const nothingIsLeft = (): Promise<void> =>
    eventually(async () => expect(await inNode('sh', '-c', inventory)).toBe(before));

  /** What a runtime does after a failure: the same ADD again, which has to work, and the DEL. */
  async function repeatAndDelete(): Promise<void> {
    const added = await cni({ command: 'ADD' });
    expect(added).toMatchObject({ exitCode: 0 });
    expect(await cni({ command: 'CHECK', config: { prevResult: added.answer } })).toMatchObject({ exitCode: 0 });
    await inNode('ip', 'netns', 'exec', 'cut', 'ping', '-c1', '-W2', '10.10.1.1');
    expect((await inNode('sh', '-c', `ls ${records} | grep -c 10.10`)).trim()).toBe('1');
    expect(await cni({ command: 'DEL' })).toMatchObject({ exitCode: 0 });
    await nothingIsLeft();
  }

  it.each(['before', 'after'] as const)('the plugin killed during ADD, %s the address is recorded', async (when) => {
    const { ended, killPlugin } = await callSlowly('ADD', when);
    killPlugin();
    await ended;
    goOn();
    await repeatAndDelete();
  });

  it('the plugin killed during ADD, and the runtime gives up at once', async () => {
    const { ended, killPlugin } = await callSlowly('ADD', 'before');
    killPlugin();
    await ended;
    const deleted = cni({ command: 'DEL' });
    goOn();
    expect(await deleted).toMatchObject({ exitCode: 0 });
    await nothingIsLeft();
  });

  it.each(['before', 'after'] as const)(
    'the agent killed during ADD, %s the address is recorded: try again later, and nothing is left',
    async (when) => {
      const { ended } = await callSlowly('ADD', when);
      await lab.ok(['agent', 'node-1', 'kill']);
      expect(JSON.parse(await ended)).toMatchObject({ code: 11, msg: expect.stringContaining('antrea-agent') });
      // IPAM outlives the agent for a moment.
      goOn();
      await eventually(async () => expect(existsSync(join(directory, 'done'))).toBe(true));
      await startAgain();
      await nothingIsLeft();
      await repeatAndDelete();
    },
  );

  it('the agent killed during DEL: a repeated one removes the rest', async () => {
    expect(await cni({ command: 'ADD' })).toMatchObject({ exitCode: 0 });
    const { ended } = await callSlowly('DEL', 'before');
    await lab.ok(['agent', 'node-1', 'kill']);
    expect(JSON.parse(await ended)).toMatchObject({ code: 11 });
    goOn();
    await startAgain();
    expect(await cni({ command: 'DEL', netns: '' })).toMatchObject({ exitCode: 0 });
    await nothingIsLeft();
  });

  it(
    `the agent killed ${rounds} times at any moment of an ADD`,
    async () => {
      for (let round = 0; round < rounds; round++) {
        const adding = cni({ command: 'ADD' });
        await new Promise((resolve) => setTimeout(resolve, 300 + Math.random() * 250));
        await lab.ok(['agent', 'node-1', 'kill']);
        const { exitCode, answer } = await adding;
        if (exitCode !== 0) expect(answer).toMatchObject({ code: 11 });
        await startAgain();
        if (round % 3 !== 0) expect(await cni({ command: 'ADD' })).toMatchObject({ exitCode: 0 });
        expect(await cni({ command: 'DEL' })).toMatchObject({ exitCode: 0 });
        await nothingIsLeft();
      }
    },
    rounds * 20_000,
  );

  it('a container that vanished while no agent ran: port, flows, interface and address are given back', async () => {
    expect(await cni({ command: 'ADD' })).toMatchObject({ exitCode: 0 });
    await lab.ok(['agent', 'node-1', 'kill']);
    await inNode('ip', 'netns', 'delete', 'cut');
    await startAgain();
    await nothingIsLeft();
    expect(await cni({ command: 'DEL' })).toMatchObject({ exitCode: 0 });
    await inNode('ip', 'netns', 'add', 'cut');
  });
});

const records = '/var/lib/cni/networks/antrea';
/** Everything that an ADD makes on a Node, and in the Pod's namespace. */
const inventory = `ovs-vsctl list-ports br-int
  ovs-ofctl -O OpenFlow13 dump-flows br-int --no-stats | sort; ip -o link | sed 's/^[0-9]*: //'
  ls ${records} | grep -c 10.10; ip netns exec cut ip -o link | grep -c eth0; true`;

/** In the Node's own view of the machine, host-local waits where a file tells it to. */
function replaceHostLocal(directory: string): string {
  const wrapper = `#!/bin/sh
wait_here() { touch ${directory}/waiting; while [ -e ${directory}/slow ]; do sleep 0.02; done; }
case "$CNI_COMMAND $(cat ${directory}/slow 2>/dev/null)" in
  *before) rm -f ${directory}/done; wait_here; ${directory}/host-local; status=$?; touch ${directory}/done; exit $status ;;
  *after) rm -f ${directory}/done; answer=$(${directory}/host-local); status=$?; wait_here; touch ${directory}/done; echo "$answer"; exit $status ;;
  *) exec ${directory}/host-local ;;
esac`;
  return `for file in /opt/cni/bin/host-local /usr/lib/cni/host-local; do
    [ -e $file ] || continue
    [ -e ${directory}/host-local ] || cp $file ${directory}/host-local
    printf '%s\\n' '${wrapper}' >${directory}/wrapper; chmod +x ${directory}/wrapper
    mount --bind ${directory}/wrapper $file
  done`;
}
