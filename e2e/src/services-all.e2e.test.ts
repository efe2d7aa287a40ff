import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from './lab.js';
import { acnp } from './policies.js';
import { serverPod, ServiceLab, who, type Answers } from './services/service-lab.js';

const web = { app: 'web' };
const tcp = { name: 'tcp', port: 80, targetPort: 8080 };
const udp = { name: 'udp', port: 80, targetPort: 8080, protocol: 'UDP' };
const enough = 30;
const underlay = { 'node-1': ['192.168.77.11', 'fd77::11'], 'node-2': ['192.168.77.12', 'fd77::12'] } as const;

interface NodePorts {
  readonly spec: { readonly ports: readonly { readonly name: string; readonly nodePort: number }[] };
}

interface Explained {
  readonly agree: boolean | null;
  readonly endpoints: readonly { readonly intent: { action: string }; readonly installed: { action?: string } }[];
}

describe('Services without kube-proxy', () => {
  const lab = new ServiceLab('services-all');
  const directory = mkdtempSync(join(tmpdir(), 'proxy-all-'));
  const config = join(directory, 'agent.conf');
  let clusterIps: readonly string[] = [];

  const nodePort = async (service: string, port: string): Promise<number> => {
    const { spec } = JSON.parse(await lab.kubectl(['get', 'service', service, '-o', 'json'])) as NodePorts;
    return spec.ports.find(({ name }) => name === port)?.nodePort ?? 0;
  };
  const asked = async (
    from: 'external' | 'node-1' | 'node-2',
    address: string,
    port: number,
    protocol: 'TCP' | 'UDP' = 'TCP',
  ): Promise<Answers> => {
    const where = from === 'external' ? ['external'] : ['node', from];
    const [answers = {}] = await lab.askFrom(where, [{ address, port, protocol, times: enough }]);
    return answers;
  };
  const expectAnswers = (ask: () => Promise<Answers>, servers: readonly string[], what: string): Promise<void> =>
    eventually(async () => expect(who(await ask()), what).toEqual(servers));

  beforeAll(async () => {
    writeFileSync(config, JSON.stringify({ antreaProxy: { proxyAll: true }, serviceCIDRv6: 'fd00:10:96::/112' }));
    await lab.up('--nodes', '2', '--ip', 'dual', '--config', config, '--feature-gates', 'EndpointSlice=true');
    await lab.pods([
      serverPod({ name: 'a', node: 'node-1', labels: web }, 8080),
      serverPod({ name: 'b', node: 'node-2', labels: web }, 8080),
      serverPod({ name: 'c', node: 'node-2', labels: { app: 'near' } }, 8080),
    ]);
    const dual = { ipFamilyPolicy: 'RequireDualStack', selector: web, ports: [tcp, udp] };
    clusterIps = await lab.service('web', { ...dual, type: 'NodePort', externalIPs: ['198.51.100.7'] });
    await lab.service('near', {
      type: 'NodePort',
      externalTrafficPolicy: 'Local',
      selector: { app: 'near' },
      ports: [tcp],
    });
  });
  afterAll(async () => {
    await lab.down();
    rmSync(directory, { recursive: true });
  });

  it('a Node reaches their addresses, of the cluster and external ones', async () => {
    for (const address of [...clusterIps, '198.51.100.7']) {
      await expectAnswers(() => asked('node-1', address, 80), ['a', 'b'], address);
    }
    await expectAnswers(() => asked('node-2', clusterIps[0] ?? '', 80, 'UDP'), ['a', 'b'], 'UDP');
  });

  it('the outside and the other Node reach the ports of every Node', async () => {
    const port = await nodePort('web', 'tcp');
    for (const [node, addresses] of Object.entries(underlay)) {
      for (const address of addresses) {
        await expectAnswers(() => asked('external', address, port), ['a', 'b'], `outside to ${node} at ${address}`);
      }
    }
    await expectAnswers(() => asked('node-1', underlay['node-2'][0], port), ['a', 'b'], 'node-1 to node-2');
  });

  it('externalTrafficPolicy Local: the client as it is, and only where an Endpoint is', async () => {
    const port = await nodePort('near', 'tcp');
    await eventually(async () => {
      const seen = await asked('external', underlay['node-2'][0], port);
      expect(Object.keys(seen)).toEqual([expect.stringMatching(/^c 203\.0\.113\./)]);
    });
    expect(who(await asked('external', underlay['node-1'][0], port))).not.toContain('c');
  });

  it('antctl explain knows as whom Endpoints see clients, and what policies make of it', async () => {
    const gateway = (node: string): Promise<string> =>
      lab.kubectl(['get', 'node', node, '-o', 'jsonpath={.spec.podCIDR}']).then((cidr) => cidr.replace('0/24', '1/32'));
    const drop = (cidr: string): object => ({ action: 'Drop', from: [{ ipBlock: { cidr } }] });
    const ingress = [drop(await gateway('node-2')), drop('203.0.113.0/24')];
    const policy = acnp({ appliedTo: [{ podSelector: {} }], ingress });
    await lab.kubectl(['apply', '-f', '-'], JSON.stringify(policy));
    const explain = async (address: string, port: number): Promise<readonly string[]> => {
      const args = ['--from', '203.0.113.9', '--to', address, '--port', String(port), '-o', 'json'];
      const { stdout, stderr } = await lab.run(['antctl', 'explain', ...args]);
      expect(stdout, stderr).not.toBe('');
      const { agree, endpoints } = JSON.parse(stdout) as Explained;
      expect(agree, stdout).toBe(true);
      return endpoints.map(({ intent, installed }) => `${intent.action} ${installed.action}`);
    };
    const [shared, near] = [await nodePort('web', 'tcp'), await nodePort('near', 'tcp')];
    const [one, two] = [underlay['node-1'][0], underlay['node-2'][0]];
    await eventually(async () => {
      expect(await explain(one, shared)).toEqual(['Allow Allow', 'Allow Allow']);
      expect(await explain(two, shared)).toEqual(['Drop Drop', 'Drop Drop']);
      expect(await explain(two, near)).toEqual(['Drop Drop']);
    });
    await expectAnswers(() => asked('external', one, shared), ['a', 'b'], 'node-1');
    for (const port of [shared, near]) {
      const [answers = {}] = await lab.askFrom(['external'], [{ address: two, port, times: 2 }]);
      expect(who(answers).filter((name) => ['a', 'b', 'c'].includes(name))).toEqual([]);
    }
    await lab.kubectl(['delete', 'acnp', '--all']);
  });

  it('switched off again, it leaves nothing on the Node', async () => {
    const traces = async (): Promise<string> => {
      const routes = await lab.node('node-1', 'ip', 'route', 'show', 'table', 'all');
      const rules = await lab.node('node-1', 'iptables-save');
      const sets = await lab.node('node-1', 'ipset', 'list', '-n');
      const ours = /10\.96\.|198\.51\.100\.7|NODEPORT|169\.254\.0\./;
      return [routes, rules, sets]
        .flatMap((text) => text.split('\n'))
        .filter((line) => ours.test(line))
        .join('\n');
    };
    expect(await traces()).not.toBe('');
    const file = `/run/antrea-lab/${lab.name}/nodes/node-1/antrea-agent.conf`;
    writeFileSync(file, readFileSync(file, 'utf8').replace('proxyAll: true', 'proxyAll: false'));
    await lab.ok(['agent', 'node-1', 'restart']);
    await eventually(async () => expect(await traces()).toBe(''));
  });
});
