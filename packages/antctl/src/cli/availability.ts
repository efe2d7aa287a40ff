import type { Argument, Command, Flag } from '../commands/command.js';
import type { Mode } from '../mode.js';

/** Whether a command can be used where antctl runs: from outside, `--node` leads to every agent. */
export function isOffered({ modes }: Pick<Command, 'modes'>, mode: Mode): boolean {
  return modes.includes(mode) || (mode === 'remote' && modes.includes('agent'));
}

/** Whether a flag or an argument is of use where antctl runs. */
export function isUseful({ modes }: Pick<Flag | Argument, 'modes'>, mode: Mode): boolean {
  return modes === undefined || modes.includes(mode) || (mode === 'remote' && modes.includes('agent'));
}

/** Where a command is when it is not here, in words. */
export function placesOf({ modes }: Pick<Command, 'modes'>): string {
  const places: Readonly<Record<Mode, string>> = {
    agent: 'beside an agent (on its Node, or with --node NODE from elsewhere)',
    controller: 'beside the controller',
    remote: 'with a kubeconfig (--mode remote)',
  };
  return modes.map((mode) => places[mode]).join(' or ');
}
