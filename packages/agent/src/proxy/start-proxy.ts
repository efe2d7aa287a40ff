import type { Node } from '@antrea-ts/apis';
import type { Reflector } from '@antrea-ts/kube';
import { nodePortAddresses, recoverGroups, ServiceFlows } from '@antrea-ts/pipeline';
import { ServicePorts, type NodeFacts } from '@antrea-ts/proxy';
import type { AgentOptions } from '../config/options.js';
import type { PartModules } from '../modules.js';
import { ensurePolicyMeter } from '../ovs/policy-meter.js';
import type { SwitchParts } from '../ovs/start-switch.js';
import { forgetStale } from './forget-stale.js';
import { HostServices } from './host-services.js';
import { NodeServices, serviceOwner } from './node-services.js';
import { ProblemReporter, type ReportedObject } from './problem-reporter.js';
import { watchEndpoints, watchEndpointSlices, watchServices } from './watch-services.js';

const zoneLabel = 'topology.kubernetes.io/zone';

interface Inputs {
  readonly nodes: Reflector<Node>;
  readonly parts: SwitchParts;
}

/**
 * Balances Services in the switch; when it resolves, all that the cluster has now are stated. Gives what the host has to
 * know of them where the switch balances everything.
 */
export async function startProxy(
  options: AgentOptions,
  { nodes, parts }: Inputs,
  modules: PartModules,
): Promise<HostServices | undefined> {
  if (!options.gates.AntreaProxy) return undefined;
  const { client, lifetime, metrics, clock, signal } = modules;
  const logger = modules.logger.child('proxy');
  const { connection, dataplane, intent, controllerId } = parts;
  const recovered = recoverGroups(await connection.dumpFlows({}, { signal }));
  const { state: meter } = await ensurePolicyMeter(connection, { signal });
  const forgetModules = {
    connection,
    switch: { runDir: options.ovsRunDir },
    cookieRound: () => intent.profile.cookieRound,
  };
  const reporter = new ProblemReporter({ client, logger, clock, nodeName: options.nodeName });
  const { proxyAll } = options.antreaProxy;
  const { families } = intent.profile;
  const ports = new ServicePorts(nodeFacts(options, nodes), families, proxyAll ? nodePortAddresses : undefined);
  const host = proxyAll
    ? new HostServices({
        families,
        gatewayName: parts.setup.gateway.name,
        transportAddresses: parts.node.transportAddresses,
        serviceCidrs: options.serviceCidrs,
      })
    : undefined;
  const services = new NodeServices({
    ports,
    flows: new ServiceFlows(intent.profile, { controllerId, meters: meter !== 'unsupported' }, recovered),
    dataplane,
    metrics: metrics.proxy,
    families,
    host,
    forget: (stale) => forgetStale(stale, forgetModules, { signal }),
    onEmpty: ({ namespace, name }) =>
      reporter.lookLater(namespace, name, () =>
        [...(ports.portsOf(`${namespace}/${name}`)?.values() ?? [])].some(({ endpoints }) => endpoints.length === 0),
      ),
    logger,
    clock,
    signal,
  });
  lifetime.onStop(() => services.stop());

  const reflectors = {
    services: watchServices(client, logger),
    endpoints: options.gates.EndpointSlice
      ? await watchEndpointSlices(client, logger, { signal })
      : watchEndpoints(client, logger),
  };
  const endpointsKind = options.gates.EndpointSlice ? 'EndpointSlice' : 'Endpoints';
  reflectors.services.store.subscribe((change) => {
    const spec = change.kind === 'removed' ? undefined : change.object;
    services.setService(change.key, spec);
    reporter.report(objectOf('Service', change.key), spec?.problems ?? []);
  });
  reflectors.endpoints.store.subscribe((change) => {
    const spec = change.kind === 'removed' ? undefined : change.object;
    services.setEndpoints(change.key, spec);
    reporter.report(objectOf(endpointsKind, change.key), spec?.problems ?? []);
  });
  lifetime.onStop(
    nodes.store.subscribe(({ key }) => key === options.nodeName && services.setNode(nodeFacts(options, nodes))),
  );
  for (const reflector of Object.values(reflectors)) {
    await reflector.start({ signal });
    lifetime.onStop(() => reflector.stop());
  }
  modules.inspection.add({
    serviceFlows(name, namespace) {
      if (!reflectors.services.store.has(`${namespace}/${name}`)) return undefined;
      const prefix = serviceOwner(`${namespace}/${name}:`);
      return (key) => dataplane.ownersOf(key).some((owner) => owner.startsWith(prefix));
    },
  });
  await Promise.all(Object.values(reflectors).map((reflector) => reflector.whenSynced({ signal })));
  await services.begin();
  return host;
}

function objectOf(kind: ReportedObject['kind'], key: string): ReportedObject {
  const [namespace = '', name = ''] = key.split('/');
  return { kind, namespace, name };
}

function nodeFacts({ nodeName }: AgentOptions, nodes: Reflector<Node>): NodeFacts {
  const zone = nodes.store.get(nodeName)?.metadata?.labels?.[zoneLabel];
  return { name: nodeName, ...(zone ? { zone } : {}) };
}
