import { ScriptError } from '../powershell/signals.js';
import type { Call, Cmdlets } from './cmdlet.js';
import { addFile, type ModelService, type WindowsMachine } from './windows-machine.js';
import { constants } from '../constants.js';

function service(call: Call): [string, ModelService] {
  const name = call.needed('Name');
  const found = call.machine.services.get(name);
  if (!found) throw ScriptError.of(`Cannot find any service with service name '${name}'.`);
  return [name, found];
}

/** Services, and features of Windows. */
export const systemCmdlets: Cmdlets = {
  'Get-Service'(call) {
    const [name, { status }] = service(call);
    return [{ Name: name, Status: status }];
  },
  'Start-Service'(call) {
    const [name, found] = service(call);
    call.change(`start ${name}`);
    found.status = 'Running';
    if (name === constants.services.agent) call.machine.listening.add(constants.agent.apiPort);
    return [];
  },
  'Stop-Service'(call) {
    const [name, found] = service(call);
    call.change(`stop ${name}`);
    found.status = 'Stopped';
    if (name === constants.services.agent) call.machine.listening.delete(constants.agent.apiPort);
    return [];
  },
  'New-Service'(call) {
    const name = call.needed('Name');
    call.change(`register ${name}`);
    call.machine.services.set(name, {
      status: 'Stopped',
      command: call.needed('BinaryPathName'),
      dependsOn: call.list('DependsOn'),
    });
    return [];
  },
  'Start-Process': (call) => (call.change(`run ${call.needed('FilePath')}`), [{ ExitCode: 3010 }]),
  'Get-WindowsOptionalFeature': (call) => [
    { State: call.machine.net.features.has(call.needed('FeatureName')) ? 'Enabled' : 'Disabled' },
  ],
  'Enable-WindowsOptionalFeature'(call) {
    const name = call.needed('FeatureName');
    call.change(`enable ${name}`);
    call.machine.net.features.add(name);
    return [{ RestartNeeded: true }];
  },
};

type Program = (
  machine: WindowsMachine,
  args: readonly string[],
) => { readonly output: readonly string[]; readonly code: number };
const done = { output: [], code: 0 };

function nssm({ services }: WindowsMachine, [verb, name = '', ...rest]: readonly string[]) {
  if (verb === 'install') services.set(name, { status: 'Stopped', command: rest.join(' '), dependsOn: [] });
  else if (!services.has(name)) return { output: [`Can't open service ${name}!`], code: 3 };
  else if (rest[0] === 'DependOnService') services.set(name, { ...services.get(name)!, dependsOn: rest.slice(1) });
  return done;
}

function vsctl({ net }: WindowsMachine, args: readonly string[]) {
  if (args.includes('list-br'))
    return {
      output: net.adapters.some(({ name }) => name === constants.agent.bridge) ? [constants.agent.bridge] : [],
      code: 0,
    };
  if (!args.includes('del-br')) return done;
  for (const name of [args.at(-1)!, constants.agent.gateway]) {
    const at = net.adapters.findIndex((adapter) => adapter.name === name);
    if (at < 0) continue;
    const [{ index } = { index: -1 }] = net.adapters.splice(at, 1);
    for (const list of [net.addresses, net.routes]) {
      for (let i = list.length - 1; i >= 0; i -= 1) if (list[i]!.index === index) list.splice(i, 1);
    }
  }
  return done;
}

/** DHCP gives its address to an adapter that no switch is bound to. */
function ipconfig({ net, dhcp, bindings }: WindowsMachine) {
  for (const [name, ip] of dhcp) {
    const adapter = net.adapters.find((each) => each.name === name);
    if (!adapter || bindings.has(name) || net.addresses.some((held) => held.ip === ip)) continue;
    net.addresses.push({ index: adapter.index, ip, prefixLength: 24 });
  }
  return done;
}

const programs: Readonly<Record<string, Program>> = {
  'nssm.exe': nssm,
  'ovs-vsctl.exe': vsctl,
  'ipconfig.exe': ipconfig,
  'sc.exe'({ services }, [verb, name = '']) {
    if (verb === 'delete' && !services.delete(name))
      return { output: ['The specified service does not exist.'], code: 1060 };
    return done;
  },
  'ovsdb-tool.exe'(machine, [, path = '']) {
    addFile(machine, path, 'empty');
    return done;
  },
  'cmd.exe': () => done,
  'netcfg.exe': () => done,
  'icacls.exe'({ files, closed }, [path = '', ...rest]) {
    if (!files.has(path.toLowerCase())) return { output: ['The system cannot find the file specified.'], code: 2 };
    if (rest.includes('/inheritance:r')) closed.add(path);
    return done;
  },
  'kubeadm.exe': () => done,
};

export function runProgram(machine: WindowsMachine, path: string, args: readonly string[]) {
  return programs[path.split('\\').at(-1)!.toLowerCase()]?.(machine, args);
}
