import { adapterCmdlets } from './adapters.js';
import { addressCmdlets } from './addresses.js';
import type { CmdletModel } from './cmdlet.js';
import { ruleCmdlets } from './rules.js';
import { switchCmdlets } from './switches.js';

/** Every cmdlet that the model knows. */
export const cmdlets: Readonly<Record<string, CmdletModel>> = {
  ...adapterCmdlets,
  ...addressCmdlets,
  ...ruleCmdlets,
  ...switchCmdlets,
  'Select-Object': {
    parameters: { Property: 'list' },
    run: (_, given, input) =>
      input.map((row) => Object.fromEntries(given.list('Property').map((name) => [name, row[name] ?? null]))),
  },
};
