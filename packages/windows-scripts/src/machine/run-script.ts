import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Interpreter, type ScriptHost } from '../powershell/interpreter.js';
import type { Given } from '../powershell/parameters.js';
import { ScriptError, UnknownSyntax } from '../powershell/signals.js';
import { textOf, type Value } from '../powershell/values.js';
import { scriptsDirectory } from '../scripts.js';
import type { PowerShellParser } from '../syntax.js';
import { windowsCmdlets } from '../windows-cmdlets.js';
import { Call, type Cmdlets } from './cmdlet.js';
import { coreCmdlets } from './core-cmdlets.js';
import { fileCmdlets } from './file-cmdlets.js';
import { networkCmdlets } from './network-cmdlets.js';
import { runProgram, systemCmdlets } from './system-cmdlets.js';
import { addFile, home, type WindowsMachine } from './windows-machine.js';

const all: Cmdlets = { ...coreCmdlets, ...fileCmdlets, ...systemCmdlets, ...networkCmdlets };
const directory = `${home}\\scripts`;

export interface ScriptResult {
  readonly code: number | undefined;
  /** What it said of its failure. */
  readonly error: string;
}

/** Runs one of our scripts on the model of a machine. */
export function runScript(
  parser: PowerShellParser,
  machine: WindowsMachine,
  name: string,
  parameters: Readonly<Record<string, Value>> = {},
): ScriptResult {
  let error = '';
  const host: ScriptHost = {
    cmdlet: (cmdlet, given, input, interpreter) => runCmdlet(cmdlet, new Call(machine, given, input, interpreter)),
    program(path, args) {
      if (!args.includes('list-br')) new Call(machine, nothing, [], interpreter).change(`${path} ${args.join(' ')}`);
      return runProgram(machine, path, args);
    },
    callStatic: (type, method, args) =>
      callStatic(new Call(machine, nothing, [], interpreter), type, method, args.map(textOf)),
    environment: (variable) => ({ TEMP: 'C:\\Temp', COMPUTERNAME: 'WIN-1' })[variable],
    source: (path) =>
      path.toLowerCase().startsWith(directory.toLowerCase())
        ? readFileSync(join(scriptsDirectory, path.slice(directory.length + 1)), 'utf8')
        : undefined,
    tell: (line) => void machine.told.push(line),
  };
  const interpreter = new Interpreter(host, parser, directory);
  interpreter.session.current.set('Host', { UI: { WriteErrorLine: (line = '') => ((error += textOf(line)), []) } });
  addFile(machine, `${directory}\\constants.json`, readFileSync(join(scriptsDirectory, 'constants.json'), 'utf8'));
  const named = new Map(Object.entries(parameters).map(([key, value]) => [key.toLowerCase(), value]));
  interpreter.runScript(`${directory}\\${name}`, { named, positional: [] });
  return { code: interpreter.lastExitCode, error };
}

const nothing: Given = { named: new Map(), positional: [] };

function runCmdlet(name: string, call: Call): readonly Value[] | undefined {
  const known = windowsCmdlets.get(name);
  const model = all[name];
  if (!known) return undefined;
  if (!model) throw new UnknownSyntax(`the model has no ${name}`);
  const parameters = new Set([...known].map((each) => each.toLowerCase()));
  const wrong = [...call.named.keys()].find((each) => !parameters.has(each));
  if (wrong !== undefined)
    throw ScriptError.of(`${name}: A parameter cannot be found that matches parameter name '${wrong}'.`);
  try {
    return model(call);
  } catch (error) {
    if (error instanceof ScriptError && call.text('ErrorAction') === 'SilentlyContinue') return [];
    throw error;
  }
}

function callStatic(call: Call, type: string, method: string, args: readonly string[]): Value {
  const { machine } = call;
  const [first = '', second = ''] = args;
  switch (`${type}.${method}`.toLowerCase()) {
    case 'security.principal.windowsidentity.getcurrent':
      return { Name: 'WIN-1\\somebody' };
    case 'environment.getenvironmentvariable':
      return machine.environment.get(first) ?? '';
    case 'environment.setenvironmentvariable':
      call.change(`set ${first}`);
      machine.environment.set(first, second);
      return [];
    case 'io.file.writealltext':
      call.change(`write ${first}`);
      addFile(machine, first, second);
      return [];
    case 'guid.newguid':
      return '6a1f4b4e-95c3-4b86-9d3c-0f6a2d2f7c11';
    default:
      throw new UnknownSyntax(`[${type}]::${method}`);
  }
}
