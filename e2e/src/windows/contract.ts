import { join } from 'node:path';
import { hostContract } from '@antrea-ts/host/testing';
import { PowerShellSession } from '@antrea-ts/host-windows';
import { MachineFile, makeWindowsFixture, windowsLacks } from '@antrea-ts/host-windows/testing';
import { silentLogger } from '@antrea-ts/runtime';
import { runner } from './runner.js';

// By the names that Windows has for them: what is loaded is the model in the drive's system32.
const libraries = { computeNetwork: 'computenetwork.dll', computeService: 'vmcompute.dll', memory: 'ole32.dll' };

/** PowerShell is a process of its own, found as on Windows, and the machine a file that it shares with the test. */
function open(directory: string) {
  const file = join(directory, 'machine');
  process.env['MODEL_MACHINE'] = file;
  const machine = new MachineFile(file);
  machine.update((state) => Object.assign(state, { hnsStateFile: join(directory, 'hns.state') }));
  return { machine, powerShell: new PowerShellSession({ logger: silentLogger }) };
}

runner.describe('the Windows host under Wine', () => {
  hostContract(runner, {
    makeFixture: () => makeWindowsFixture({ libraries, open }),
    lacks: windowsLacks,
    signal: new AbortController().signal,
  });
});
