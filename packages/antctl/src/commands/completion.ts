import { completionScripts, shells } from '../cli/completion-scripts.js';
import { AntctlError } from '../errors.js';
import { modes } from '../mode.js';
import type { Command } from './command.js';

/** A script that makes a shell complete antctl's command lines. */
export const completion: Command = {
  path: ['completion'],
  summary: 'print a script that makes a shell complete command lines',
  argument: { name: 'SHELL', description: shells.join(', '), required: true, choices: shells },
  modes,
  plain: true,
  examples: [
    'source <(antctl completion bash)',
    'antctl completion zsh > "${fpath[1]}/_antctl"',
    'antctl completion fish > ~/.config/fish/completions/antctl.fish',
  ],
  run: ({ argument = '' }) => {
    const shell = shells.find((candidate) => candidate === argument);
    if (!shell) throw new AntctlError('usage', `completion ${argument}: there is one for ${shells.join(', ')}`);
    const text = completionScripts[shell];
    return Promise.resolve({ value: text, table: () => text });
  },
};
