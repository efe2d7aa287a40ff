import { controlplaneApiVersion } from '@antrea-ts/apis';
import type { Source } from './resource-command.js';
import type { Mode } from '../mode.js';

/** A path of the agent's API. */
export function agentPath(path: string): { readonly agent: Source } {
  return { agent: { from: 'agent', path, style: 'parameters' } };
}

/** Objects of the control plane: what the agent was told of them, or what the controller computed. */
export function controlplaneSources(plural: string): Readonly<Record<Mode, Source>> {
  const path = `/apis/${controlplaneApiVersion}/${plural}`;
  return {
    ...agentPath(`/${plural}`),
    controller: { from: 'controller', path, style: 'object' },
    remote: { from: 'cluster', path, style: 'object' },
  };
}
