import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { silentLogger } from '@antrea-ts/runtime';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MachineFile } from '../testing/machine-file.js';
import { addAdapter } from '../testing/machine.js';
import { cmdlet, query } from './command.js';
import { PowerShellSession } from './session.js';

const { signal } = new AbortController();
const adapters = query(cmdlet('Get-NetAdapter'), 'Name');
const modelMain = fileURLToPath(new URL('../../dist/testing/powershell-main.js', import.meta.url));

/** A process of its own that is the model, in the place of powershell.exe. */
describe.skipIf(process.platform !== 'linux')('a session', () => {
  let directory: string;
  let session: PowerShellSession;
  const open = (fault: string, timeoutMs = 5_000): void => {
    const program = join(directory, 'powershell');
    new MachineFile(join(directory, 'machine')).update((machine) => {
      addAdapter(machine, 'Ethernet');
      addAdapter(machine, 'Überseekabel “1”');
    });
    const environment = `MODEL_MACHINE='${join(directory, 'machine')}' MODEL_POWERSHELL=${fault}`;
    writeFileSync(program, `#!/bin/sh\n${environment} exec '${process.execPath}' '${modelMain}'\n`);
    chmodSync(program, 0o755);
    process.env['NODE_POWERSHELL'] = program;
    session = new PowerShellSession({ logger: silentLogger, timeoutMs });
  };

  beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'powershell-'))));
  afterEach(async () => {
    await session.close();
    delete process.env['NODE_POWERSHELL'];
    rmSync(directory, { recursive: true, force: true });
  });

  it('answers, again and again, also with names that are not ASCII', async () => {
    open('');
    const expected = [[{ Name: 'Ethernet' }, { Name: 'Überseekabel “1”' }]];
    for (let call = 0; call < 3; call += 1) expect(await session.run([adapters], { signal })).toEqual(expected);
    const named = query(cmdlet('Get-NetAdapter', { Name: 'Überseekabel “1”' }), 'Status');
    expect(await session.run([named], { signal })).toEqual([[{ Status: 'Up' }]]);
    expect(session.calls).toBe(4);
  });

  it('tells which command was refused, and goes on in the same process', async () => {
    open('');
    const unknown = query(cmdlet('Get-NetAdapter', { Name: 'Wi-Fi' }), 'Name');
    await expect(session.run([adapters, unknown], { signal })).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining("Get-NetAdapter -Name 'Wi-Fi'"),
    });
    await expect(session.run([[cmdlet('Get-Nothing')]], { signal })).rejects.toThrow('not recognized');
    await expect(session.run([[cmdlet('Get-NetAdapter', { Colour: 'red' })]], { signal })).rejects.toThrow('colour');
    expect(await session.run([adapters], { signal })).toHaveLength(1);
  });

  it('keeps callers apart', async () => {
    open('');
    const [all, one] = await Promise.all([
      session.run([adapters], { signal }),
      session.run([query(cmdlet('Get-NetAdapter', { Name: 'Ethernet' }), 'Name')], { signal }),
    ]);
    expect([all[0]?.length, one[0]?.length]).toEqual([2, 1]);
  });

  it.each([
    ['silent', 'silent'],
    ['hang', 'timed-out'],
    ['die', 'silent'],
  ])('a PowerShell that is %s is no success', async (fault, code) => {
    open(fault, 1_500);
    await expect(session.run([adapters], { signal })).rejects.toMatchObject({ code });
    // And the next call meets a new process, not the rest of this one.
    await expect(session.run([adapters], { signal })).rejects.toMatchObject({ code });
  });

  it('says so when there is none', async () => {
    open('');
    process.env['NODE_POWERSHELL'] = join(directory, 'missing');
    await expect(session.run([adapters], { signal })).rejects.toMatchObject({ code: 'missing' });
  });
});
