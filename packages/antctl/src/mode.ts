import { AntctlError } from './errors.js';

/** Where antctl runs, which decides what it asks: beside an agent, beside the controller, or anywhere else. */
export const modes = ['agent', 'controller', 'remote'] as const;
export type Mode = (typeof modes)[number];

/**
 * In the Pods of Antrea, the component of the Pod, as in 1.3; elsewhere the cluster. `asked` (`--mode`) and the variable
 * ANTCTL_MODE win: an agent may run on a Node without a Pod.
 */
export function modeOf(env: Readonly<Record<string, string | undefined>>, asked?: string): Mode {
  const name = asked ?? env['ANTCTL_MODE'];
  if (name) {
    const mode = modes.find((candidate) => candidate === name);
    if (mode) return mode;
    const source = asked === undefined ? 'ANTCTL_MODE' : '--mode';
    throw new AntctlError('usage', `${source} ${JSON.stringify(name)}: it must be one of ${modes.join(', ')}`);
  }
  const pod = env['POD_NAME'] ?? '';
  if (pod.startsWith('antrea-agent')) return 'agent';
  if (pod.startsWith('antrea-controller')) return 'controller';
  return 'remote';
}
