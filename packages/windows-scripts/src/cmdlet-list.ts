import { cmdlets as driverCmdlets } from '@antrea-ts/host-windows/testing';
import type { Node } from 'web-tree-sitter';
import { commandsIn, functionsIn } from './commands.js';

/**
 * Every cmdlet of Windows that scripts and driver use, with the parameters that they give it. The driver's are those of the
 * model that it is tested with, which takes no other.
 */
export function usedCmdlets(scripts: readonly Node[]): ReadonlyMap<string, readonly string[]> {
  const own = new Set(scripts.flatMap((root) => functionsIn(root).map(({ name }) => name)));
  const used = new Map<string, Set<string>>();
  const add = (name: string, parameters: readonly string[]): void => {
    const known = used.get(name) ?? new Set();
    for (const parameter of parameters) known.add(parameter);
    used.set(name, known);
  };
  for (const { name, parameters } of scripts.flatMap((root) => commandsIn(root))) {
    if (!own.has(name)) add(name, parameters);
  }
  for (const [name, { parameters }] of Object.entries(driverCmdlets)) add(name, Object.keys(parameters));
  return new Map([...used].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, list]) => [name, [...list].sort()]));
}

/** `scripts-windows/test/cmdlets.json`: what Windows is asked for; parameters are words in a text. */
export function renderCmdlets(scripts: readonly Node[]): string {
  const lines = [...usedCmdlets(scripts)].map(([name, parameters]) => [name, parameters.join(' ')]);
  return `${JSON.stringify(Object.fromEntries(lines), null, 2)}\n`;
}
