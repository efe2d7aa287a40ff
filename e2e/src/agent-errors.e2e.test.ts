import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

/** The agent's program with what it cannot work with: it says what and why, and ends. */
describe('antrea-agent', () => {
  const directory = mkdtempSync(join(tmpdir(), 'antrea-agent-'));
  const program = new URL('../../packages/agent/dist/main-linux.js', import.meta.url).pathname;
  afterAll(() => rmSync(directory, { recursive: true }));

  function run(config: string, ...args: string[]): Promise<{ exitCode: number; output: string }> {
    const file = join(directory, 'antrea-agent.conf');
    writeFileSync(file, config);
    return new Promise((resolve) => {
      execFile('node', [program, '--config', file, ...args], { timeout: 30_000 }, (error, stdout, stderr) => {
        resolve({ exitCode: error ? Number(error.code) : 0, output: stdout + stderr });
      });
    });
  }

  it('lists everything that is wrong with its configuration', async () => {
    const { exitCode, output } = await run('tunelType: geneve\ndefaultMTU: big\ntrafficEncapMode: Sideways\n');
    expect(exitCode).toBe(255);
    expect(output).toMatch(/tunelType.*tunnelType/s);
    expect(output).toContain('defaultMTU');
    expect(output).toContain('trafficEncapMode');
  });

  it('names both keys of a combination that cannot be', async () => {
    const { exitCode, output } = await run('noSNAT: true\n');
    expect(exitCode).toBe(255);
    expect(output).toContain('noSNAT true with trafficEncapMode encap');
  });

  it('refuses what is not built yet instead of ignoring it', async () => {
    const { exitCode, output } = await run('trafficEncryptionMode: WireGuard\n');
    expect(exitCode).toBe(255);
    expect(output).toContain('trafficEncryptionMode wireGuard is not available in this version');
  });

  it('helps', async () => {
    const { exitCode, output } = await run('', '--help');
    expect(exitCode).toBe(0);
    expect(output).toContain('tunnelType');
  });
});
