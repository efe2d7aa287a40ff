/**
 * The parts of Kubernetes objects that we read, as the API server sends them. Fields that nobody here reads are left
 * out; an object that a client hands in has more. Whatever is optional in the API is optional here.
 */
export interface ObjectMeta {
  readonly name: string;
  /** Absent for objects of the whole cluster. */
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  /** Counts changes of `spec`. */
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Set while the object waits for its finalizers or its grace period. */
  readonly deletionTimestamp?: string;
}

/** A machine of the cluster; read through `nodeAddresses` and `podCidrsOf`. */
export interface Node {
  readonly metadata: ObjectMeta;
  readonly spec?: { readonly podCIDR?: string; readonly podCIDRs?: readonly string[] };
  readonly status?: { readonly addresses?: readonly NodeAddress[] };
}

/** One row of a Node's addresses; `type` is InternalIP, ExternalIP, Hostname or a cloud's own. */
export interface NodeAddress {
  readonly type: string;
  readonly address: string;
}

/** A Pod; with `hostNetwork` it has the Node's addresses and no port of its own. */
export interface Pod {
  readonly metadata: ObjectMeta;
  readonly spec?: {
    readonly nodeName?: string;
    readonly hostNetwork?: boolean;
    readonly containers?: readonly {
      readonly ports?: readonly {
        readonly name?: string;
        readonly containerPort: number;
        readonly protocol?: string;
      }[];
    }[];
  };
  readonly status?: {
    readonly phase?: string;
    readonly podIP?: string;
    readonly podIPs?: readonly { readonly ip: string }[];
  };
}

/** A Namespace; policies select it by its labels. */
export interface Namespace {
  readonly metadata: ObjectMeta;
}
