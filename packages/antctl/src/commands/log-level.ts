import type { Command } from './command.js';

/** The one command that changes something: how much an agent or the controller logs, until it ends. */
export const logLevel: Command = {
  path: ['log-level'],
  summary: 'show or set how much is logged; from outside by the controller',
  argument: { name: 'LEVEL', description: '0 to 3: info, 4 and more: each step, -1: warnings (behind --), -2: errors' },
  modes: ['agent', 'controller', 'remote'],
  defaultFormat: 'yaml',
  examples: ['antctl log-level', 'antctl log-level 4', 'antctl log-level --node node-1 -- -1'],
  async run({ argument }, { mode, api }) {
    const from = mode === 'remote' ? 'controller' : mode;
    const level = await api.get({ from, path: '/loglevel', parameters: { level: argument } });
    return { value: level, table: () => `LEVEL\n${String(level)}\n` };
  },
};
