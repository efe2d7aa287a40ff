import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { eventually, Lab, patience } from './lab.js';

const agentApi = 'https://127.0.0.1:10350';
const tokenFile = '/var/run/antrea/apiserver/loopback-client-token';
const program = new URL('../../packages/agent/dist/main-linux.js', import.meta.url).pathname;

/** What agent and controller know and must never tell: looked for in all that they write and answer. */
describe('secrets', () => {
  const lab = new Lab('secrets');
  const directory = mkdtempSync(join(tmpdir(), 'secrets-'));
  /** By what they are. */
  const secrets = new Map<string, string>();
  let told = '';

  beforeAll(async () => {
    await lab.up('--nodes', '1', '--rbac');
    await lab.pods([{ name: 'web' }]);
  }, 200_000 * patience);
  afterAll(async () => {
    rmSync(directory, { recursive: true });
    await lab.down();
  }, 60_000 * patience);

  const curl = (token: string, path: string): Promise<string> =>
    lab.node('node-1', 'curl', '-sk', '-m', '20', '-H', `Authorization: Bearer ${token}`, agentApi + path);

  /** The agent knows the cluster by a token, and has a key besides. */
  async function giveToken(): Promise<void> {
    const administrators = (await lab.ok(['kubeconfig'])).trim();
    const file = join(dirname(administrators), 'nodes', 'node-1', 'kubeconfig');
    const config = parse(readFileSync(file, 'utf8')) as {
      users: { user: { 'client-key-data': string; token?: string } }[];
    };
    const [entry] = config.users;
    secrets.set('key of the agent', Buffer.from(entry!.user['client-key-data'], 'base64').toString());
    const token = (await lab.kubectl(['create', 'token', 'agent'])).trim();
    secrets.set('token of the agent', token);
    entry!.user = { ...entry!.user, token };
    writeFileSync(file, stringify(config), { mode: 0o600 });
  }

  /** What opens the agent's API, once it is up. */
  const tokenOfApi = (): Promise<string> =>
    eventually(async () => {
      const token = (await lab.node('node-1', 'cat', tokenFile)).trim();
      expect(await curl(token, '/podinterfaces')).toContain('"web"');
      return token;
    }, 60_000);

  it(
    'are in no log line at the highest verbosity and in no answer',
    async () => {
      for (const name of ['agent', 'guest']) await lab.kubectl(['create', 'serviceaccount', name]);
      await lab.kubectl(['create', 'clusterrole', 'everything', '--verb=*', '--resource=*.*', '--non-resource-url=*']);
      const subject = '--serviceaccount=default:agent';
      await lab.kubectl(['create', 'clusterrolebinding', 'agent', '--clusterrole=everything', subject]);
      await giveToken();
      await lab.ok(['agent', 'node-1', 'restart']);
      const loopback = await tokenOfApi();
      secrets.set('token of the agent API', loopback);
      const guest = (await lab.kubectl(['create', 'token', 'guest'])).trim();
      secrets.set('token of a guest', guest);
      secrets.set('token that nobody has', 'c2VzYW1lLW9wZW4tc2VzYW1l');
      expect(await curl(loopback, '/loglevel?level=5')).toContain('5');

      // Work, refusals and broken connections, all of which are logged.
      for (const token of secrets.values()) await curl(token.split('\n')[0]!, '/podinterfaces').catch(() => '');
      await lab.kubectl(['delete', 'pod', 'web']);
      await lab.pods([{ name: 'web' }]);
      await lab.ok(['controller', 'restart']);
      await lab.ok(['agent', 'node-1', 'restart']);
      const again = await tokenOfApi();
      secrets.set('second token of the agent API', again);

      const paths = '/agentinfo /addressgroups /appliedtogroups /featuregates /loglevel /networkpolicies /ovsflows';
      const others =
        '/ovstracing?source=default/web&destination=default/web /podinterfaces /metrics /version /readyz?verbose';
      for (const path of `${paths} ${others}`.split(' ')) told += await curl(again, path);
      for (const component of [['agent', 'node-1'], ['controller']]) told += await lab.ok(['logs', ...component]);
      told += await lab.kubectl(['get', 'antreaagentinfos,antreacontrollerinfos,nodes', '-o', 'yaml']);
      told += await lab.ok(['status']);
      for (const shown of ['default/web', 'antrea_agent_local_pod_count']) {
        expect(told).toContain(shown);
      }
      for (const [what, secret] of secrets)
        for (const form of formsOf(secret)) expect(told.includes(form), what).toBe(false);
    },
    200_000 * patience,
  );

  it('are not in what a program says that cannot start', async () => {
    const kubeconfig = join(directory, 'kubeconfig');
    const token = 'b3Blbi1zZXNhbWUtb3Blbg';
    const cluster = { name: 'c', cluster: { server: 'https://127.0.0.1:1', 'certificate-authority-data': 'bm9uZQ==' } };
    writeFileSync(
      kubeconfig,
      stringify({
        clusters: [cluster],
        users: [{ name: 'u', user: { token, password: 'open-sesame-please' } }],
        contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
        'current-context': 'x',
      }),
    );
    const config = join(directory, 'antrea-agent.conf');
    writeFileSync(config, stringify({ clientConnection: { kubeconfig } }));
    const output = await new Promise<string>((resolve) => {
      const env = { ...process.env, NODE_NAME: 'n1', ANTREA_IPSEC_PSK: 'sesame-of-ipsec-tunnels' };
      const args = [program, '--config', config, '--log-level', 'debug', '--run-dir', directory];
      execFile('node', args, { env, timeout: 5_000 }, (_, stdout, stderr) => resolve(stdout + stderr));
    });
    expect(output).not.toBe('');
    for (const secret of [token, 'open-sesame-please', 'sesame-of-ipsec-tunnels']) expect(output).not.toContain(secret);
  });
});

/** A secret as it stands, as base64, and lines of it that are long enough to be of use. */
function formsOf(secret: string): readonly string[] {
  const lines = secret.split('\n').filter((line) => line.length > 20 && !line.startsWith('-----'));
  return [secret, Buffer.from(secret).toString('base64'), ...lines];
}
