import type { FeatureGateStatus } from '@antrea-ts/apis';
import type { Command } from './command.js';

const titles = { agent: 'Antrea Agent Feature Gates', controller: 'Antrea Controller Feature Gates' } as const;

/** Feature gates of the component that is asked; from outside, of the controller. */
export const featureGates: Command = {
  path: ['get', 'featuregates'],
  summary: 'show feature gates; from outside those of the controller',
  modes: ['agent', 'controller', 'remote'],
  async run(_invocation, { mode, api }) {
    const from = mode === 'remote' ? 'controller' : mode;
    const gates = (await api.get({ from, path: '/featuregates' })) as readonly FeatureGateStatus[];
    return { value: gates, table: () => renderGates(gates) };
  },
};

function renderGates(gates: readonly FeatureGateStatus[]): string {
  const sections = (['agent', 'controller'] as const).flatMap((component) => {
    const own = gates.filter((gate) => gate.component === component);
    const rows = own.map(({ name, status, version }) => line(name, status, version));
    return own.length === 0 ? [] : [[titles[component], line('FEATUREGATE', 'STATUS', 'VERSION'), ...rows].join('\n')];
  });
  return `${sections.join('\n\n')}\n`;
}

/** As wide as in 1.3. */
function line(name: string, status: string, version: string): string {
  return `${name.padEnd(25)}${status.padEnd(15)}${version.padEnd(10)}`.trimEnd();
}
