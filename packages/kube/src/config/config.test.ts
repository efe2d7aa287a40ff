import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { execCredentials } from './exec-plugin.js';
import { loadKubeconfig } from './kubeconfig.js';
import { loadConnection } from './load-connection.js';
import { serverUrl } from './server-url.js';
import { tokenFile } from './token-file.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'kube-config-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function write(name: string, content: string): string {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

function kubeconfig(user: string, cluster = 'server: https://10.0.0.1:6443'): string {
  return write(
    'config',
    `apiVersion: v1
kind: Config
current-context: main
clusters:
- name: c
  cluster: {${cluster}}
users:
- name: u
  user: {${user}}
contexts:
- name: main
  context: {cluster: c, user: u, namespace: here}
- name: anonymous
  context: {cluster: c}
- name: broken
  context: {cluster: c, user: nobody}
`,
  );
}

describe('loadKubeconfig', () => {
  it('reads data and files beside it', async () => {
    write('ca.pem', 'CA');
    const file = kubeconfig(
      `client-certificate-data: ${base64('CERT')}, client-key-data: ${base64('KEY')}`,
      'server: "https://10.0.0.1:6443/", certificate-authority: ca.pem, tls-server-name: api',
    );
    const { credentials, ...rest } = await loadKubeconfig(file);
    expect(rest).toEqual({
      server: 'https://10.0.0.1:6443',
      namespace: 'here',
      tls: { ca: 'CA', insecure: undefined, serverName: 'api' },
    });
    expect(await credentials.get({})).toMatchObject({ certificate: 'CERT', key: 'KEY' });
  });

  it.each([
    ['token: abc', { token: 'abc' }],
    ['username: a, password: b', { password: { user: 'a', password: 'b' } }],
  ])('knows %s', async (user, expected) => {
    expect(await (await loadKubeconfig(kubeconfig(user))).credentials.get({})).toMatchObject(expected);
  });

  it('takes another context', async () => {
    const { credentials, namespace } = await loadKubeconfig(kubeconfig('token: abc'), { context: 'anonymous' });
    expect(namespace).toBe('default');
    expect((await credentials.get({})).token).toBeUndefined();
  });

  it('runs an exec plugin', async () => {
    const script = `#!/bin/sh
printf '{"kind":"ExecCredential","status":{"token":"%s-%s"}}' "$1" "$GREETING"
`;
    chmodSync(write('plugin', script), 0o755);
    const file = kubeconfig('exec: {command: ./plugin, args: [a], env: [{name: GREETING, value: hi}]}');
    expect(await (await loadKubeconfig(file)).credentials.get({})).toMatchObject({ token: 'a-hi' });
  });

  it.each([
    ['{', undefined, 'read kubeconfig'],
    ['a list', '- a', 'it is not a map'],
    ['no context', 'kind: Config', 'it has no current-context'],
    ['an unknown context', 'current-context: x', 'it has no context named "x"'],
  ])('refuses %s', async (_name, content, message) => {
    await expect(loadKubeconfig(write('config', content ?? '{'))).rejects.toThrow(message);
  });

  it('names what is missing', async () => {
    const file = kubeconfig('token: a', 'certificate-authority: none.pem');
    await expect(loadKubeconfig(file)).rejects.toMatchObject({ code: 'bad-config' });
    await expect(loadKubeconfig(file, { context: 'broken' })).rejects.toThrow('it has no user named "nobody"');
    await expect(loadKubeconfig(join(directory, 'absent'))).rejects.toThrow('ENOENT');
  });
});

describe('loadConnection', () => {
  it('needs a Pod or a file', async () => {
    await expect(loadConnection({ env: {} })).rejects.toThrow('not in a Pod');
  });

  it('overrides the server', async () => {
    const connection = await loadConnection({ kubeconfig: kubeconfig('token: a'), env: {}, serverOverride: '1.2.3.4' });
    expect(connection.server).toBe('https://1.2.3.4');
  });

  it('reads the service account', async () => {
    const { inClusterConnection } = await import('./in-cluster.js');
    mkdirSync(join(directory, 'sa'));
    write('sa/ca.crt', 'CA');
    write('sa/token', 'T1\n');
    write('sa/namespace', 'kube-system');
    const env = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' };
    const connection = await inClusterConnection(env, { directory: join(directory, 'sa') });
    expect(connection).toMatchObject({ server: 'https://[fd00::1]', namespace: 'kube-system', tls: { ca: 'CA' } });
    expect(await connection.credentials.get({})).toEqual({ token: 'T1' });
  });
});

describe('tokenFile', () => {
  it('is read again after a minute or on refusal, and survives a gap', async () => {
    let now = 0;
    const path = write('token', 'one');
    const source = tokenFile(path, {}, () => now);
    const token = async (renew = false): Promise<string | undefined> => (await source.get({ renew })).token;
    expect(await token()).toBe('one');
    write('token', 'two');
    expect(await token()).toBe('one');
    expect(await token(true)).toBe('two');
    write('token', 'three');
    now = 60_000;
    expect(await token()).toBe('three');
    rmSync(path);
    expect(await token(true)).toBe('three');
    await expect(tokenFile(path).get({})).rejects.toMatchObject({ code: 'bad-config' });
  });
});

describe('execCredentials', () => {
  const plugin = { apiVersion: 'client.authentication.k8s.io/v1', command: 'get-token', args: [], env: {} };

  it('are kept until shortly before they end', async () => {
    let now = Date.parse('2030-01-01T00:00:00Z');
    let asked = 0;
    const run = (): Promise<{ stdout: string; stderr: string; exitCode: number }> => {
      const status = { token: `t${++asked}`, expirationTimestamp: '2030-01-01T01:00:00Z' };
      return Promise.resolve({ stdout: JSON.stringify({ status }), stderr: '', exitCode: 0 });
    };
    const source = execCredentials(plugin, { now: () => now, run });
    await source.get({});
    expect((await source.get({})).token).toBe('t1');
    expect((await source.get({ renew: true })).token).toBe('t2');
    now += 3_570_000;
    expect((await source.get({})).token).toBe('t3');
  });

  it.each(['', '{}', '{"status":{}}', 'nonsense'])('are refused when the plugin prints %j', async (stdout) => {
    const source = execCredentials(plugin, { run: () => Promise.resolve({ stdout, stderr: '', exitCode: 0 }) });
    await expect(source.get({})).rejects.toMatchObject({ code: 'bad-config' });
  });
});

describe('serverUrl', () => {
  it.each([
    ['10.0.0.1', 'https://10.0.0.1'],
    ['10.0.0.1:6443', 'https://10.0.0.1:6443'],
    ['fd00::1', 'https://[fd00::1]'],
    ['[fd00::1]:6443', 'https://[fd00::1]:6443'],
    ['http://localhost:8080/', 'http://localhost:8080'],
    ['https://rancher/k8s/clusters/c1', 'https://rancher/k8s/clusters/c1'],
  ])('%s is %s', (given, expected) => {
    expect(serverUrl(given)).toBe(expected);
  });
  it.each(['', 'ftp://x', 'https://', 'a b'])('%j is none', (given) => {
    expect(() => serverUrl(given)).toThrow(expect.objectContaining({ code: 'bad-config' }));
  });
});
