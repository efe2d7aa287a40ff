import { InfoPublisher, resources } from '@antrea-ts/kube';
import { formatCidr } from '@antrea-ts/net-types';
import { appctl, ovsVersion } from '@antrea-ts/ovs';
import { queryParameters, tolerantCheck } from '@antrea-ts/runtime';
import { routeOvsFlows } from '../api/ovs-flows.js';
import { clusterAddresses, routeOvsTracing } from '../api/ovs-tracing.js';
import { routePolicyVerdict } from '../api/policy-verdict.js';
import { routePodInterfaces } from '../api/pod-interfaces.js';
import type { AgentOptions } from '../config/options.js';
import type { PartModules } from '../modules.js';
import type { NodeNetwork } from '../node/node-network.js';
import type { SwitchParts } from '../ovs/start-switch.js';
import type { LocalPodParts } from '../pods/local-pods.js';
import { version } from '../version.js';

/** How long a Node counts as ready without the controller: 1.3's manifest lets eight probes at ten seconds fail. */
const controllerToleranceMs = 80_000;

interface Inputs {
  readonly node: NodeNetwork;
  readonly parts: SwitchParts;
  readonly pods: LocalPodParts;
}

/** Answers who asks how this Node is: paths of the API, and the object AntreaAgentInfo. */
export function startInspection(options: AgentOptions, inputs: Inputs, modules: PartModules): void {
  const { node, parts, pods } = inputs;
  const { inspection, router, client, clock, logger, lifetime, metrics, health } = modules;
  const { dataplane, database, connection, bridge } = parts;
  const switchVersion = followVersion(options, inputs.parts, modules);
  const flows = (): ReadonlyMap<number, number> => dataplane.flowCountByTable();
  inspection.add({
    flows,
    ovsVersion: switchVersion,
    ovsdb: () => (database.connected ? undefined : 'not connected to ovsdb-server'),
    openflow: () => (connection.connected ? undefined : 'not connected to the bridge'),
    pods: () => pods.store.size,
  });
  // Without the controller the Node forwards as before; that is told from the first moment.
  health.add(
    'controller',
    tolerantCheck(() => inspection.sources.controller?.(), {
      toleranceMs: controllerToleranceMs,
      now: () => clock.now(),
    }),
  );
  metrics.observe({ pods: () => pods.store.size, flows });

  const identity = {
    version,
    nodeName: node.name,
    podName: options.podName,
    podNamespace: options.namespace,
    podCidrs: node.podCidrs.map(formatCidr),
    bridgeName: bridge.name,
  };
  const info = () => inspection.info(identity, clock.now());
  router.get('/agentinfo', ({ query }) => {
    queryParameters(query, []);
    return { body: { json: info() } };
  });
  routePodInterfaces(router, { store: pods.store, bridge });
  routeOvsFlows(router, { connection, dataplane, store: pods.store, inspection });
  routeTracing(options, inputs, modules);
  routePolicyVerdict(router, {
    name: node.name,
    profile: () => parts.intent.profile,
    pods: () => pods.store.all(),
    connection,
    ruleOf: (id) => inspection.sources.ruleOf?.(id),
  });

  const publisher = new InfoPublisher(
    {
      resource: resources.antreaAgentInfos,
      name: node.name,
      fields: () => ({ ...info(), apiPort: options.apiPort }),
    },
    { client, clock, logger: logger.child('info') },
  );
  publisher.start();
  lifetime.onStop(() => publisher.stop());
}

/** ovs-ctl writes the version into the database; where something else started Open vSwitch, ovs-vswitchd is asked. */
function followVersion(
  { ovsRunDir }: AgentOptions,
  { database, connection }: SwitchParts,
  { signal, lifetime }: PartModules,
): () => string | undefined {
  let said: string | undefined;
  const ask = async (): Promise<void> => {
    const answer = await appctl({ runDir: ovsRunDir }, 'version', [], { signal }).catch(() => '');
    said = /\d+\.\d+\S*/.exec(answer)?.[0];
  };
  void ask();
  lifetime.onStop(connection.subscribe(({ kind }) => void (kind === 'connected' && ask())));
  return () => ovsVersion(database) ?? said;
}

function routeTracing(options: AgentOptions, { node, parts, pods }: Inputs, { router, client }: PartModules): void {
  const { setup, intent, bridge } = parts;
  routeOvsTracing(
    router,
    { bridge: bridge.name, runDir: options.ovsRunDir },
    {
      pods: () => pods.store.all(),
      port: (name) => bridge.port(name),
      gateway: () => ({ ...setup.gateway, mac: intent.profile.gateway.mac }),
      gatewayAddresses: node.gatewayAddresses.map(({ address }) => address),
      tunnel: setup.tunnel,
      ...clusterAddresses(client),
    },
  );
}
