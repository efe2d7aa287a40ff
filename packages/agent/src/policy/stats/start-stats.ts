import { tableIds } from '@antrea-ts/apis';
import { join } from 'node:path';
import type { KubeClient } from '@antrea-ts/kube';
import type { PolicyFlows } from '@antrea-ts/pipeline';
import type { AgentOptions } from '../../config/options.js';
import type { PartModules } from '../../modules.js';
import type { SwitchParts } from '../../ovs/start-switch.js';
import type { NodePolicies } from '../node-policies.js';
import { counterFile } from './counter-file.js';
import { StatsReporter } from './stats-reporter.js';

/** Reports what policies let through and denied, with the gate NetworkPolicyStats. */
export async function startStats(
  options: AgentOptions,
  parts: Pick<SwitchParts, 'connection'> & {
    readonly policies: NodePolicies;
    readonly flows: PolicyFlows;
    readonly client: () => KubeClient | undefined;
  },
  { logger, clock, lifetime }: PartModules,
): Promise<void> {
  if (!options.gates.NetworkPolicyStats) return;
  const log = logger.child('stats');
  const { connection, policies, flows, client } = parts;
  const tables = [tableIds.EgressMetric, tableIds.IngressMetric];
  const reporter = new StatsReporter({
    nodeName: options.nodeName,
    store: counterFile(join(options.runDir, 'policy', 'counters'), log),
    client,
    dump: async (context) =>
      (await Promise.all(tables.map((table) => connection.dumpFlows({ table }, context)))).flat(),
    ruleOf: (id) => flows.ruleOf(id),
    logger: log,
    clock,
  });
  policies.beforeRulesGo(() => reporter.rulesGo());
  await reporter.start();
  lifetime.onStop(() => reporter.stop());
}
