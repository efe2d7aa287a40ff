import type { AgentInfo, InfoCondition, NetworkPolicyControllerInfo } from '@antrea-ts/apis';
import type { RuleText } from '@antrea-ts/policy';

type Condition = InfoCondition<AgentInfo['agentConditions'][number]['type']>;

/** Chooses flows by their keys. */
export type FlowSelector = (flowKey: string) => boolean;

/** What parts of the agent tell about themselves to those who ask: its API, its metrics and AntreaAgentInfo. */
export interface InspectionSources {
  /** Version of Open vSwitch. */
  readonly ovsVersion: () => string | undefined;
  /** Why there is no connection; undefined: there is one. */
  readonly ovsdb: () => string | undefined;
  readonly openflow: () => string | undefined;
  readonly controller: () => string | undefined;
  /** How many flows each table has. */
  readonly flows: () => ReadonlyMap<number, number>;
  readonly pods: () => number;
  /** How many objects of policy the controller has told. */
  readonly policies: () => NetworkPolicyControllerInfo;
  /** The rule that a conjunction id stands for. */
  readonly ruleOf: (conjunctionId: number) => RuleText | undefined;
  /** The flows of a Service or a policy; undefined: there is none of this name. */
  readonly serviceFlows: (name: string, namespace: string) => FlowSelector | undefined;
  readonly policyFlows: (name: string, namespace: string) => FlowSelector | undefined;
}

/** Which agent it is; does not change while it runs. */
export interface AgentIdentity {
  readonly version: string;
  readonly nodeName: string;
  /** Empty outside of a Pod. */
  readonly podName: string;
  readonly podNamespace: string;
  readonly podCidrs: readonly string[];
  readonly bridgeName: string;
}

/** Gathers the sources: each part adds what it knows when it is up, and what is missing is told as unknown. */
export class Inspection {
  #sources: Partial<InspectionSources> = {};

  get sources(): Partial<InspectionSources> {
    return this.#sources;
  }

  add(sources: Partial<InspectionSources>): void {
    this.#sources = { ...this.#sources, ...sources };
  }

  /** What there is to tell now; `now` in milliseconds since 1970. */
  info(identity: AgentIdentity, now: number): AgentInfo {
    const { ovsVersion, flows, pods, policies } = this.#sources;
    const version = ovsVersion?.();
    return {
      version: identity.version,
      podRef: identity.podName === '' ? {} : { kind: 'Pod', name: identity.podName, namespace: identity.podNamespace },
      nodeRef: { kind: 'Node', name: identity.nodeName },
      nodeSubnets: identity.podCidrs,
      ovsInfo: {
        ...(version !== undefined && { version }),
        bridgeName: identity.bridgeName,
        flowTable: Object.fromEntries([...(flows?.() ?? [])].map(([table, count]) => [String(table), count])),
      },
      networkPolicyControllerInfo: policies?.() ?? { networkPolicyNum: 0, addressGroupNum: 0, appliedToGroupNum: 0 },
      localPodNum: pods?.() ?? 0,
      agentConditions: this.#conditions(now),
    };
  }

  #conditions(now: number): Condition[] {
    const { controller, ovsdb, openflow } = this.#sources;
    // To the second, as the API has times.
    const lastHeartbeatTime = `${new Date(now).toISOString().slice(0, 19)}Z`;
    return [
      { type: 'AgentHealthy', status: 'True', lastHeartbeatTime },
      { type: 'ControllerConnectionUp', lastHeartbeatTime, ...statusOf(controller) },
      { type: 'OVSDBConnectionUp', lastHeartbeatTime, ...statusOf(ovsdb) },
      { type: 'OpenflowConnectionUp', lastHeartbeatTime, ...statusOf(openflow) },
    ];
  }
}

function statusOf(problem: (() => string | undefined) | undefined): Pick<Condition, 'status' | 'reason' | 'message'> {
  if (problem === undefined) return { status: 'Unknown', reason: 'NotStarted' };
  const message = problem();
  return message === undefined ? { status: 'True' } : { status: 'False', reason: 'NotConnected', message };
}
