import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FakeComponents, runHere } from './testing/antctl-run.js';

const fake = new FakeComponents();
beforeAll(() => fake.start());
afterAll(() => fake.stop());

describe('beside an agent', () => {
  it('asks it with its token', async () => {
    fake.answers = { '/podinterfaces': { json: [] } };
    expect(await fake.run('agent', 'get', 'podinterface', 'web', '-n', 'default')).toEqual({
      code: 0,
      out: '\n',
      err: '',
    });
    expect(fake.seen).toEqual(['/podinterfaces?name=web&namespace=default']);
    expect(fake.authorization).toBe('Bearer secret');
  });

  it('tells what it refused, as it said it', async () => {
    fake.answers = { '/podinterfaces': { status: 404, message: 'name: this Node has no Pod x', reason: 'NotFound' } };
    expect(await fake.run('agent', 'get', 'pi', 'x')).toEqual({
      code: 1,
      out: '',
      err: 'error: NotFound: name: this Node has no Pod x\n',
    });
  });

  it('says what to look at when it does not answer', async () => {
    const { code, err } = await fake.run('agent', '--server', 'https://127.0.0.1:1', 'get', 'agentinfo');
    expect(code).toBe(1);
    expect(err).toMatch(/^error: GET https:\/\/127\.0\.0\.1:1\/agentinfo: .*is antrea-agent running there/);
  });

  it('says who writes the token', async () => {
    const { code, err } = await runHere(['--mode', 'agent', 'get', 'agentinfo']);
    expect(code).toBe(1);
    expect(err).toMatch(/no such file.*nonexistent\/token.*antrea-agent writes it when it starts/);
  });

  it('traces requests when asked', async () => {
    fake.answers = { '/podinterfaces': { json: [] } };
    const { err } = await fake.run('agent', '-v', 'get', 'pi');
    expect(err).toMatch(/^GET http:\S+\/podinterfaces: 2 bytes, \d+ ms\n$/);
  });
});

describe('from outside', () => {
  it('asks the cluster of the kubeconfig', async () => {
    fake.answers = { '/apis/crd.antrea.io/v1beta1/antreaagentinfos/node-1': { json: agentInfo } };
    const { code, out } = await fake.run('remote', 'get', 'agentinfo', 'node-1');
    expect(code).toBe(0);
    expect(out.split('\n')[1]).toMatch(/^kube-system\/antrea-agent-x +node-1 +Unknown +10\.10\.1\.0\/24 +1 +2 +3 +4$/);
    expect(fake.authorization).toBe('Bearer of-the-kubeconfig');
    const json = await fake.run('remote', 'get', 'agentinfo', 'node-1', '-o', 'json');
    expect(JSON.parse(json.out)).toEqual({ ...agentInfo, metadata: undefined, apiPort: 10350 });
  });

  it.each([
    [['get', 'podinterface'], /get podinterface asks the agent of one Node: add --node NODE/],
    [['get', 'pods'], /unknown command 'pods'/],
    [['get', 'podinterfac'], /Did you mean podinterface\?/],
    [['version', 'now'], /too many arguments/],
    [['version', '-o', 'xml'], /unsupported value xml for flag output; it must be one of table, wide, json, yaml/],
    [['version', '--timeout', 'soon'], /--timeout soon: it must be a duration such as 10s/],
    [['--mode', 'mars', 'version'], /--mode "mars": it must be one of/],
    [
      ['--node', 'n', 'get', 'controllerinfo'],
      /is not for mode agent: run it beside the controller or with a kubeconfig/,
    ],
  ])('refuses %j', async (args, message) => {
    const { code, err } = await fake.run('remote', ...args);
    expect(err).toMatch(message);
    expect(code).toBe(2);
  });

  it('says how a cluster is told', async () => {
    const { code, err } = await runHere(['get', 'agentinfo'], { HOME: '/nonexistent' });
    expect(code).toBe(1);
    expect(err).toMatch(/no cluster is known: give --kubeconfig FILE or set KUBECONFIG/);
  });

  it('names right and path when it may not', async () => {
    fake.answers = {
      '/apis/crd.antrea.io/v1beta1/antreaagentinfos': { status: 403, message: 'you may not', reason: 'Forbidden' },
    };
    const { err } = await fake.run('remote', 'get', 'ai');
    expect(err).toBe(
      'error: Forbidden: you may not; the account needs get on /apis/crd.antrea.io/v1beta1/antreaagentinfos (see docs/antctl.md, "Rights")\n',
    );
  });
});

describe('version', () => {
  it('is that of antctl and of the agent', async () => {
    fake.answers = { '/version': { json: { gitVersion: 'v9', gitCommit: 'abc', gitTreeState: '' } } };
    const { code, out } = await fake.run('agent', 'version');
    expect({ code, out }).toEqual({ code: 0, out: 'antctlVersion: v0.1.0 (Antrea v1.3)\nagentVersion: v9-abc\n' });
  });

  it('is told in part when nobody answers', async () => {
    fake.answers = {};
    const { code, out, err } = await fake.run('remote', 'version');
    expect(out).toBe('antctlVersion: v0.1.0 (Antrea v1.3)\n');
    expect(err).toMatch(/^error: NotFound: no such path.*and antrea-controller up\?/);
    expect(code).toBe(1);
  });
});

const agentInfo = {
  apiVersion: undefined,
  metadata: { name: 'node-1' },
  version: 'v1',
  podRef: { kind: 'Pod', name: 'antrea-agent-x', namespace: 'kube-system' },
  nodeRef: { kind: 'Node', name: 'node-1' },
  nodeSubnets: ['10.10.1.0/24'],
  ovsInfo: { bridgeName: 'br-int', flowTable: { '0': 5 } },
  networkPolicyControllerInfo: { networkPolicyNum: 1, addressGroupNum: 2, appliedToGroupNum: 3 },
  localPodNum: 4,
  agentConditions: [
    { type: 'AgentHealthy', status: 'True', lastHeartbeatTime: '' },
    { type: 'OVSDBConnectionUp', status: 'Unknown', lastHeartbeatTime: '' },
  ],
  apiPort: 10350,
};
