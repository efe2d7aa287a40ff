import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, Lab, patience } from './lab.js';
import { agentMetricNames, controllerMetricNames } from './metric-names.js';

const base = 'https://127.0.0.1:10350';
const tokenFile = '/var/run/antrea/apiserver/loopback-client-token';

/** The agent's API on a cluster that refuses what no Role allows. */
describe("the agent's API", () => {
  const lab = new Lab('api');
  const directory = mkdtempSync(join(tmpdir(), 'agent-api-'));
  let loopback: string[];

  beforeAll(async () => {
    await lab.up('--nodes', '1', '--rbac');
    loopback = bearer(await lab.node('node-1', 'cat', tokenFile));
    await lab.pods([{ name: 'web' }, { name: 'db' }]);
  }, 200_000 * patience);
  afterAll(async () => {
    rmSync(directory, { recursive: true });
    await lab.down();
  }, 60_000 * patience);

  const bearer = (token: string): string[] => ['-H', `Authorization: Bearer ${token.trim()}`];

  /** Asks on the Node, as antctl and Prometheus do. */
  async function get(path: string, ...options: string[]): Promise<{ status: number; body: string }> {
    const output = await lab.node('node-1', 'curl', '-sk', '-m', '20', '-w', '\n%{http_code}', ...options, base + path);
    const end = output.trimEnd().lastIndexOf('\n');
    return { status: Number(output.slice(end + 1)), body: output.slice(0, end) };
  }

  const json = async <T>(path: string): Promise<T> => {
    const { status, body } = await get(path, ...loopback);
    expect(status, body).toBe(200);
    return JSON.parse(body) as T;
  };

  async function account(name: string): Promise<string[]> {
    await lab.kubectl(['create', 'serviceaccount', name]);
    return bearer(await lab.kubectl(['create', 'token', name]));
  }

  it('is for those whom the cluster allows', async () => {
    await lab.kubectl(['create', 'clusterrole', 'metrics', '--verb=get', '--non-resource-url=/metrics']);
    await lab.kubectl([
      'create',
      'clusterrolebinding',
      'metrics',
      '--clusterrole=metrics',
      '--serviceaccount=default:prometheus',
    ]);
    const prometheus = await account('prometheus');
    const metrics = await get('/metrics', ...prometheus);
    expect(metrics.status).toBe(200);
    expect(metrics.body).toContain('antrea_agent_local_pod_count 2');
    expect((await get('/agentinfo', ...prometheus)).status).toBe(403);

    const guest = await get('/metrics', ...(await account('guest')));
    expect(guest).toMatchObject({ status: 403, body: expect.stringContaining('system:serviceaccount:default:guest') });
    expect(await get('/metrics')).toMatchObject({ status: 403, body: expect.stringContaining('system:anonymous') });
    expect((await get('/metrics', ...bearer('none'))).status).toBe(401);
    expect(await get('/livez')).toEqual({ status: 200, body: 'ok' });
    expect((await lab.node('node-1', 'stat', '-c', '%a %U', tokenFile)).trim()).toBe('600 root');
  });

  it('and the controller have every metric of Antrea 1.3', async () => {
    const prometheus = await account('scraper');
    const binding = ['--clusterrole=metrics', '--serviceaccount=default:scraper'];
    await lab.kubectl(['create', 'clusterrolebinding', 'scraper', ...binding]);
    const namesIn = (body: string): string[] =>
      [...body.matchAll(/^# TYPE (antrea_\S+) /gm)].map(([, name = '']) => name).toSorted();
    expect(namesIn((await get('/metrics', ...prometheus)).body)).toEqual(agentMetricNames);

    const place = '{.subsets[0].addresses[0].ip}:{.subsets[0].ports[0].port}';
    const controller = await lab.kubectl([
      '-n',
      'kube-system',
      'get',
      'endpoints',
      'antrea',
      '-o',
      `jsonpath=${place}`,
    ]);
    const url = `https://${controller}/metrics`;
    const answer = await lab.node('node-1', 'curl', '-skf', '-m', '20', ...prometheus, url);
    expect(namesIn(answer)).toEqual(controllerMetricNames);
  });

  it('believes certificates of the cluster', async () => {
    const config = JSON.parse(await lab.kubectl(['config', 'view', '--raw', '-o', 'json'])) as {
      users: { user: { 'client-certificate-data': string; 'client-key-data': string } }[];
    };
    const { user } = config.users[0]!;
    const [cert, key] = [join(directory, 'cert.pem'), join(directory, 'key.pem')];
    writeFileSync(cert, Buffer.from(user['client-certificate-data'], 'base64'));
    writeFileSync(key, Buffer.from(user['client-key-data'], 'base64'), { mode: 0o600 });
    expect((await get('/agentinfo', '--cert', cert, '--key', key)).status).toBe(200);
  });

  it('tells how Pods are connected, their flows, and what becomes of a packet', async () => {
    type Interface = { name: string; interfaceName: string; ips: string[]; ofPort: number };
    const [db, web] = await json<Interface[]>('/podinterfaces?namespace=default');
    expect([db?.name, web?.name]).toEqual(['db', 'web']);
    expect(web?.ips).toEqual(await lab.podIps('web'));
    expect(await json('/podinterfaces?name=web')).toEqual([web]);

    const flows = await json<{ flow: string }[]>('/ovsflows?pod=web&namespace=default');
    expect(flows.map(({ flow }) => flow)).toContainEqual(
      expect.stringMatching(new RegExp(`^table=0, n_packets=\\d+, n_bytes=\\d+, priority=190,in_port=${web?.ofPort} `)),
    );
    const all = await json<unknown[]>('/ovsflows');
    const dump = await lab.node('node-1', 'ovs-ofctl', '-O', 'OpenFlow13', 'dump-flows', 'br-int', '--no-stats');
    expect(all).toHaveLength(dump.trimEnd().split('\n').length);

    const { result } = await json<{ result: string }>(
      '/ovstracing?source=default/web&destination=default/db&flow=tcp,tp_dst=80',
    );
    expect(result).toContain(`in_port=${web?.ofPort}`);
    expect(result).toContain(`-> output port is ${db?.ofPort}\n`);
    const refused = await get('/ovstracing?flow=tcp;reboot', ...loopback);
    expect(refused).toMatchObject({ status: 400, body: expect.stringContaining('flow: invalid flow format') });
  });

  it('changes how much is logged', async () => {
    expect(await json('/loglevel?level=4')).toBe(4);
    expect(await json('/loglevel')).toBe(4);
    await json('/loglevel?level=0');
  });

  it('is told in the cluster what the agent does, with no more rights than it names', async () => {
    const table = await eventually(async () => {
      const text = await lab.kubectl(['get', 'antreaagentinfos', '-o', 'wide']);
      expect(text).toMatch(/^NAME +HEALTHY +LAST HEARTBEAT +VERSION +NODE +NUM PODS +SUBNETS\nnode-1 +True /);
      return text;
    });
    expect(table).toContain('10.10.1.0/24');
    const log = await lab.ok(['logs', 'agent', 'node-1']);
    expect(log).not.toMatch(/forbidden|cannot (get|list|watch|create|patch|update) /i);
  });
});
