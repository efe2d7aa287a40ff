import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const scripts = new URL('../../scripts-linux/', import.meta.url).pathname;
const isLong = Boolean(process.env['TEST_LONG']);

function has(tool: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${tool}`]);
    return true;
  } catch {
    return false;
  }
}

/** A test of the long form; left out where a tool is missing, and its name says so. */
function long(name: string, tools: readonly string[], test: () => Promise<void>, timeout: number): void {
  if (!isLong) return;
  const missing = tools.filter((tool) => !has(tool));
  const reason = missing.length > 0 ? ` (skipped: without ${missing.join(', ')})` : '';
  it.skipIf(missing.length > 0)(name + reason, test, timeout);
}

describe('scripts-linux', () => {
  const directory = mkdtempSync(join(tmpdir(), 'antrea-install-'));
  const kubeconfig = join(directory, 'kubeconfig');
  writeFileSync(kubeconfig, '');
  afterAll(() => rmSync(directory, { recursive: true }));

  it('install-agent.sh says what it would do, and what is missing', async () => {
    const root = join(directory, 'none');
    const options = ['--root', root, '--kubeconfig', kubeconfig, '--controller', '[fd00::1]:4443', '--dry-run'];
    const { stdout } = await run(`${scripts}install-agent.sh`, options);
    expect(stdout).toContain('ANTREA_SERVICE_HOST=fd00::1\n    ANTREA_SERVICE_PORT=4443');
    expect(existsSync(root)).toBe(false);
    await expect(run(`${scripts}install-agent.sh`, ['--root', root])).rejects.toThrow('--kubeconfig FILE is needed');
    await expect(run(`${scripts}install-agent.sh`, ['--install'])).rejects.toThrow('unknown argument: --install');
  });

  long(
    'the agent is installed twice below a directory, with files that root alone can write, and removed',
    ['npm'],
    async () => {
      const root = join(directory, 'node');
      const install = [`${scripts}install-agent.sh`, '--root', root, '--kubeconfig', kubeconfig, '--node-name', 'n1'];
      const withUmask = ['-c', 'umask 0; exec "$@"', 'sh'];
      await run('sh', [...withUmask, ...install]);
      writeFileSync(join(root, 'etc/antrea/antrea-agent.conf'), 'logLevel: debug\n');
      const { stdout } = await run('sh', [...withUmask, ...install]);
      expect(stdout).toContain(`stays as it is: ${root}/etc/antrea/antrea-agent.conf`);
      expect(readFileSync(join(root, 'etc/antrea/antrea-agent.conf'), 'utf8')).toBe('logLevel: debug\n');

      const suspicious = ['!', '-type', 'l', '(', '-perm', '/6022', '-o', '!', '-user', 'root', ')'];
      expect((await run('find', [root, '-mindepth', '1', ...suspicious])).stdout).toBe('');
      expect((await run('stat', ['-c', '%a', join(root, 'etc/antrea/kubeconfig')])).stdout).toBe('600\n');
      expect((await run(join(root, 'usr/lib/antrea/bin/antrea-agent'), ['--version'])).stdout).toMatch(
        /^antrea-agent v/,
      );
      expect((await run(join(root, 'usr/lib/antrea/bin/antctl'), ['--help'])).stdout).toContain('antctl');
      await run(`${scripts}install-agent.sh`, ['--root', root, '--uninstall']);
      await run(`${scripts}install-agent.sh`, ['--root', root, '--uninstall']);
      const left = (await run('find', [root, '-type', 'f', '-printf', '%P\n'])).stdout.trim().split('\n').sort();
      const others = ['bandwidth', 'loopback', 'portmap'].map((name) => `opt/cni/bin/${name}`);
      const config = ['antrea-agent.conf', 'antrea-agent.env', 'kubeconfig'].map((name) => `etc/antrea/${name}`);
      expect(left).toEqual([...config, ...others]);
    },
    300_000,
  );

  long(
    'systemd finds nothing wrong with the unit',
    ['systemd-analyze'],
    async () => {
      const unit = join(directory, 'antrea-agent.service');
      const text = readFileSync(`${scripts}antrea-agent.service`, 'utf8');
      writeFileSync(unit, text.replace('/usr/lib/antrea/bin/antrea-agent', '/bin/true'));
      expect(await run('systemd-analyze', ['verify', '--man=no', unit])).toEqual({ stdout: '', stderr: '' });
    },
    60_000,
  );

  long(
    'scripts are as shellcheck wants them',
    ['shellcheck'],
    async () => void (await run('sh', ['-c', `shellcheck ${scripts}*.sh ${scripts}image/*`])),
    60_000,
  );

  long(
    'the image is built, and its programs run in it',
    ['buildah', 'debootstrap'],
    async () => {
      const { stdout } = await run(`${scripts}check-image.sh`, { maxBuffer: 64 << 20 });
      expect(stdout).toMatch(/the image is good\n$/);
    },
    3_600_000,
  );
});
