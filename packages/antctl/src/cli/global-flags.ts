import type { Flag } from '../commands/command.js';
import { formats } from '../commands/command.js';
import { modes } from '../mode.js';

/** Flags that every command takes. */
export const globalFlags: readonly Flag[] = [
  {
    name: 'kubeconfig',
    short: 'k',
    value: 'FILE',
    description: 'how to reach the cluster; else $KUBECONFIG, ~/.kube/config, or the cluster of our Pod',
    modes: ['remote'],
  },
  { name: 'server', short: 's', value: 'ADDRESS', description: 'host, host:port or URL that is asked instead' },
  {
    name: 'node',
    value: 'NODE',
    description: 'ask the agent of this Node, as if antctl ran beside it',
    modes: ['remote'],
  },
  { name: 'timeout', short: 't', value: 'DURATION', description: 'give up after this long, such as 10s; 0: never' },
  { name: 'verbose', short: 'v', description: 'tell each request on standard error' },
  {
    name: 'mode',
    value: 'MODE',
    description: 'where antctl runs; else $ANTCTL_MODE, or found by the name of its Pod ($POD_NAME)',
    choices: modes,
  },
];

/** How answers are printed; a command may have another default. */
export const outputFlag: Flag = {
  name: 'output',
  short: 'o',
  value: 'FORMAT',
  description: 'how it is printed',
  choices: formats,
};
