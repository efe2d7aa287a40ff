import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ControlplaneMeta } from '@antrea-ts/apis';
import { resource, type Resource } from '@antrea-ts/kube';
import { flowKey, type Flow } from '@antrea-ts/openflow';
import { conjunctionsIn, PolicyFlows, recoverRules } from '@antrea-ts/pipeline';
import { NodeRules, type ControlplaneKind } from '@antrea-ts/policy';
import { orAborted } from '@antrea-ts/runtime';
import { routePolicies } from '../api/policies.js';
import type { AgentOptions } from '../config/options.js';
import { ControllerClient } from '../controller/controller-client.js';
import { ControlplaneWatch } from '../controller/controlplane-watch.js';
import type { PartModules } from '../modules.js';
import { ensurePolicyMeter } from '../ovs/policy-meter.js';
import type { SwitchParts } from '../ovs/start-switch.js';
import type { PodStore } from '../pods/pod-store.js';
import { auditFile } from './audit-file.js';
import { AuditLog } from './audit-log.js';
import { NodePolicies } from './node-policies.js';
import { PodAdmission } from './pod-admission.js';
import { PolicyFile } from './policy-file.js';
import { PolicyPackets } from './policy-packets.js';
import { startStats } from './stats/start-stats.js';
import { StatusReporter } from './status-reporter.js';

const waitingNoticeMs = 10_000;
/** How long the controller is waited for when there are kept policies to go on with. */
const keptDeadlineMs = 30_000;

/** Network policy on this Node. */
export interface PolicyParts {
  readonly policies: NodePolicies;
  readonly flows: PolicyFlows;
  /** Absent where no controller is configured: then there are no policies. */
  readonly admission: PodAdmission | undefined;
}

/**
 * Takes up the policies that were enforced when the last agent ran, and follows the controller from then on. Resolves
 * when it is known what the switch has to enforce now.
 */
export async function startNodePolicies(
  options: AgentOptions,
  { parts, pods }: { readonly parts: SwitchParts; readonly pods: { readonly store: PodStore } },
  modules: PartModules,
): Promise<PolicyParts> {
  const { logger, lifetime, clock, signal } = modules;
  const log = logger.child('policy');
  const { connection, dataplane, intent } = parts;
  const installed = await connection.dumpFlows({}, { signal });
  const recovered = recoverRules(installed);
  const { state: meter } = await ensurePolicyMeter(connection, { signal });
  const flows = new PolicyFlows(
    intent.profile,
    { controllerId: parts.controllerId, meters: meter !== 'unsupported', denyTracking: options.gates.FlowExporter },
    recovered,
  );
  const rules = new NodeRules({ hash: ruleHash });
  const policies = new NodePolicies({ rules, flows, dataplane, logger: log, clock });
  intent.policies = policies;
  describePolicies(policies, flows, modules);
  for (const port of pods.store.all()) policies.setPod(port);

  const file = new PolicyFile(join(options.runDir, 'policy', 'agreed'), {
    snapshot: () => rules.snapshotTexts(),
    logger: log,
    clock,
  });
  lifetime.onStop(() => file.stop());
  const kept = await file.read();
  if (kept) {
    policies.restore(kept);
    log.info('Took up the policies of the last agreement', { policies: kept.networkPolicies.length });
  }
  takePackets(options, { parts, pods, flows }, modules);

  const controller = new ControllerClient(
    { kubeconfig: options.antreaClientConnection.kubeconfig, env: modules.env, namespace: options.namespace },
    { client: modules.client, connection: modules.connection, logger: log },
  );
  await controller.start({ signal });
  lifetime.onStop(() => controller.stop());
  if (!controller.isConfigured) return { policies, flows, admission: undefined };
  await startStats(options, { connection, policies, flows, client: () => controller.current }, modules);

  const reporter = new StatusReporter({
    nodeName: options.nodeName,
    client: () => controller.current,
    resource: controlplane.networkPolicies,
    policies,
    unplacedRules: () => new Set(flows.unplaced().map(({ id }) => id)),
    logger: log,
    clock,
  });
  lifetime.onStop(() => reporter.stop());
  policies.onChange(() => {
    file.changed();
    reporter.changed();
  });
  const { synced, isConnected } = followController(options, { controller, policies, reporter }, modules);
  modules.inspection.add({
    controller: () => (isConnected() ? undefined : notConnected(controller)),
    policies: () => rules.counts(),
  });

  if (recovered.ids.size > 0 && !sameRules(installed, flows.flows())) {
    await untilSynced(synced, { ...modules, ...(kept ? { deadlineMs: keptDeadlineMs } : {}) });
  }
  return {
    policies,
    flows,
    admission: new PodAdmission({
      nodeName: options.nodeName,
      cluster: modules.client,
      client: () => controller.current,
      policies,
    }),
  };
}

/** Tells who asks what is enforced: API, metrics, and the flows of a policy. */
function describePolicies(
  { rules }: NodePolicies,
  flows: PolicyFlows,
  { router, metrics, inspection }: PartModules,
): void {
  routePolicies(router, rules);
  metrics.observe({
    networkPolicies: () => rules.counts().networkPolicyNum,
    ingressRules: () => rules.ruleCounts().ingress,
    egressRules: () => rules.ruleCounts().egress,
  });
  inspection.add({
    ruleOf: (id) => flows.ruleOf(id),
    policyFlows(name, namespace) {
      const found = [...rules.policies().values()].filter(
        ({ source }) => source.name === name && (source.namespace ?? namespace) === namespace,
      );
      if (found.length === 0) return undefined;
      const ids = new Set(
        found.flatMap(({ effectiveRules }) => effectiveRules.flatMap((id) => flows.conjunctionsOf(id))),
      );
      const keys = new Set<string>();
      for (const [key, flow] of flows.flows()) if (conjunctionsIn(flow).some((id) => ids.has(id))) keys.add(key);
      return (key) => keys.has(key);
    },
  });
}

/** Whether what is installed for rules is what the rules that are known ask for. */
function sameRules(installed: readonly Flow[], desired: ReadonlyMap<string, Flow>): boolean {
  const isOfRule = (flow: Flow): boolean => conjunctionsIn(flow).length > 0;
  const found = installed.filter(isOfRule);
  const wanted = [...desired.values()].filter(isOfRule).length;
  return found.length === wanted && found.every((flow) => desired.has(flowKey(flow)));
}

/**
 * Flows of policies are installed and nobody knows what for: to go on would remove them, and open what they close. So
 * it is without kept policies, and with some that are a moment older than the flows: they are written after these.
 * What is installed forwards meanwhile.
 */
async function untilSynced(
  synced: Promise<void>,
  { logger, signal, deadlineMs }: Pick<PartModules, 'logger' | 'signal'> & { readonly deadlineMs?: number },
): Promise<void> {
  const timer = setInterval(
    () => logger.info('Waiting', { for: 'antrea-controller to say which of the installed policy flows are wanted' }),
    waitingNoticeMs,
  );
  try {
    const deadline = deadlineMs === undefined ? undefined : delay(deadlineMs, undefined, { signal, ref: false });
    await orAborted(deadline === undefined ? synced : Promise.race([synced, deadline]), signal);
  } finally {
    clearInterval(timer);
  }
}

function notConnected(controller: ControllerClient): string {
  return controller.problem ?? 'not connected: the policies known last are enforced';
}

function declare(plural: string, kind: string): Resource {
  return resource({ group: 'controlplane.antrea.io', version: 'v1beta2', plural, kind, namespaced: false });
}

const controlplane: Readonly<Record<ControlplaneKind, Resource>> = {
  networkPolicies: declare('networkpolicies', 'NetworkPolicy'),
  appliedToGroups: declare('appliedtogroups', 'AppliedToGroup'),
  addressGroups: declare('addressgroups', 'AddressGroup'),
};
const kinds: readonly ControlplaneKind[] = ['appliedToGroups', 'addressGroups', 'networkPolicies'];

function followController(
  options: AgentOptions,
  {
    controller,
    policies,
    reporter,
  }: { readonly controller: ControllerClient; readonly policies: NodePolicies; readonly reporter: StatusReporter },
  { logger, lifetime }: PartModules,
): { readonly synced: Promise<void>; readonly isConnected: () => boolean } {
  let resolve = (): void => undefined;
  const synced = new Promise<void>((resolved) => (resolve = resolved));
  const pending = new Set(kinds);
  const watches = kinds.map((kind) => {
    const watch = new ControlplaneWatch<{ readonly metadata: ControlplaneMeta }>({
      resource: controlplane[kind],
      nodeName: options.nodeName,
      client: () => controller.current,
      logger: logger.child('policy'),
      onSynced: () => {
        pending.delete(kind);
        if (pending.size === 0) resolve();
        if (kind === 'networkPolicies') reporter.controllerConnected();
      },
      sink: {
        replace: (objects) => policies.replace(kind, objects),
        added: (object) => policies.set(kind, object),
        modified: (object) => (kind === 'networkPolicies' ? policies.set(kind, object) : policies.patch(kind, object)),
        deleted: (name) => policies.remove(kind, name),
      },
    });
    watch.start();
    lifetime.onStop(() => watch.stop());
    return watch;
  });
  return { synced, isConnected: () => watches.every((watch) => watch.isConnected) };
}

/** Packets that policies send here: for the audit log, and to be answered. */
function takePackets(
  options: AgentOptions,
  {
    parts: { connection },
    pods,
    flows,
  }: { readonly parts: SwitchParts; readonly pods: { readonly store: PodStore }; readonly flows: PolicyFlows },
  { logger, lifetime, clock }: PartModules,
): void {
  const file = auditFile({ path: join(options.logDir, 'networkpolicy', 'np.log'), logger });
  const audit = new AuditLog({ clock, write: file.write });
  const packets = new PolicyPackets({
    connection,
    ruleOf: (id) => {
      const rule = flows.ruleOf(id);
      if (!rule) return undefined;
      const { type, namespace, name } = rule.policy;
      return { policy: `${type}:${namespace ? `${namespace}/` : ''}${name}`, priority: flows.priorityOf(id) ?? 0 };
    },
    localPod: (address) => pods.store.withAddress(address),
    audit,
    clock,
  });
  lifetime.onStop(
    connection.subscribe((event) => {
      if (event.kind === 'packet_in') packets.handle(event.packet);
    }),
  );
  lifetime.onStop(() => {
    audit.close();
    file.close();
  });
}

/** As 1.3: 16 digits of SHA-1. */
function ruleHash(text: string): string {
  return createHash('sha1').update(text).digest('hex').slice(0, 16);
}
