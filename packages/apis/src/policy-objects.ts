import type { ObjectMeta } from './kubernetes.js';

/**
 * What users write about policy: Kubernetes NetworkPolicies and the kinds of `crd.antrea.io`, as the API server gives
 * them. Whatever a schema does not force is optional, and may be nonsense in objects that were stored before the
 * webhooks came.
 */
export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly LabelSelectorRequirement[];
}

export interface LabelSelectorRequirement {
  readonly key: string;
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  readonly values?: readonly string[];
}

/** `networking.k8s.io/v1` NetworkPolicy. */
export interface K8sNetworkPolicy {
  readonly metadata: ObjectMeta;
  readonly spec?: {
    readonly podSelector?: LabelSelector;
    readonly policyTypes?: readonly ('Ingress' | 'Egress')[];
    readonly ingress?: readonly {
      readonly from?: readonly K8sPolicyPeer[];
      readonly ports?: readonly PolicyPort[];
    }[];
    readonly egress?: readonly {
      readonly to?: readonly K8sPolicyPeer[];
      readonly ports?: readonly PolicyPort[];
    }[];
  };
}

export interface K8sPolicyPeer {
  readonly podSelector?: LabelSelector;
  readonly namespaceSelector?: LabelSelector;
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
}

export interface PolicyPort {
  readonly protocol?: string;
  readonly port?: number | string;
  readonly endPort?: number;
}

/** An Antrea NetworkPolicy (namespaced) or ClusterNetworkPolicy, `crd.antrea.io/v1alpha1`. */
export interface AntreaPolicy {
  readonly metadata: ObjectMeta;
  readonly spec?: AntreaPolicySpec;
  readonly status?: AntreaPolicyStatus;
}

export interface AntreaPolicySpec {
  readonly tier?: string;
  /** 1 to 10000, smaller is more important. */
  readonly priority: number;
  readonly appliedTo?: readonly AntreaAppliedTo[];
  readonly ingress?: readonly AntreaPolicyRule[];
  readonly egress?: readonly AntreaPolicyRule[];
}

/** Pods that a policy is for; in Antrea NetworkPolicies only `podSelector`. */
export interface AntreaAppliedTo {
  readonly podSelector?: LabelSelector;
  readonly namespaceSelector?: LabelSelector;
  readonly externalEntitySelector?: LabelSelector;
  readonly group?: string;
}

export interface AntreaPolicyRule {
  readonly name?: string;
  readonly action: 'Allow' | 'Drop' | 'Reject';
  readonly ports?: readonly PolicyPort[];
  readonly from?: readonly AntreaPolicyPeer[];
  readonly to?: readonly AntreaPolicyPeer[];
  readonly enableLogging?: boolean;
  readonly appliedTo?: readonly AntreaAppliedTo[];
}

export interface AntreaPolicyPeer {
  readonly podSelector?: LabelSelector;
  readonly namespaceSelector?: LabelSelector;
  readonly externalEntitySelector?: LabelSelector;
  readonly namespaces?: { readonly match?: string };
  readonly ipBlock?: { readonly cidr: string };
  readonly group?: string;
  readonly fqdn?: string;
}

export interface AntreaPolicyStatus {
  readonly phase?: 'Pending' | 'Realizing' | 'Realized';
  readonly observedGeneration?: number;
  readonly currentNodesRealized?: number;
  readonly desiredNodesRealized?: number;
  /** What is not as its author may think; not of 1.3. */
  readonly conditions?: readonly PolicyCondition[];
}

export interface PolicyCondition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
  readonly lastTransitionTime: string;
}

export interface Tier {
  readonly metadata: ObjectMeta;
  readonly spec?: { readonly priority: number; readonly description?: string };
}

/** `crd.antrea.io/v1alpha3`; exactly one way of saying who belongs to it. */
export interface ClusterGroup {
  readonly metadata: ObjectMeta;
  readonly spec?: {
    readonly podSelector?: LabelSelector;
    readonly namespaceSelector?: LabelSelector;
    readonly externalEntitySelector?: LabelSelector;
    readonly ipBlocks?: readonly { readonly cidr: string }[];
    readonly serviceReference?: { readonly name: string; readonly namespace: string };
    readonly childGroups?: readonly string[];
  };
  readonly status?: {
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly lastTransitionTime?: string;
    }[];
  };
}

/** Something outside the cluster with addresses and labels, `crd.antrea.io/v1alpha2`. */
export interface ExternalEntity {
  readonly metadata: ObjectMeta;
  readonly spec?: {
    readonly endpoints?: readonly { readonly ip?: string; readonly name?: string }[];
    readonly ports?: readonly { readonly protocol?: string; readonly port?: number; readonly name?: string }[];
    readonly externalNode?: string;
  };
}

/** The parts of a Service from which a ClusterGroup takes its selector. */
export interface Service {
  readonly metadata: ObjectMeta;
  readonly spec?: { readonly selector?: Readonly<Record<string, string>> };
}
