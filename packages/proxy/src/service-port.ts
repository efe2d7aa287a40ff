import type { IpFamily } from '@antrea-ts/net-types';

/** Protocols that Services have. */
export type ServiceProtocol = 'TCP' | 'UDP' | 'SCTP';

/** Where connections to a Service go. Addresses are in canonical text. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
  /** On this Node. */
  readonly isLocal: boolean;
}

/** Where a Service is reached. */
export interface Frontend {
  readonly address: string;
  readonly port: number;
}

/** What a Node balances: connections to any of the frontends go to one of the Endpoints, all with the same chance. */
export interface ServicePort {
  /** `namespace/name:port/TCP/ipv4`, with `/external` or `/outside` where other frontends have other Endpoints. */
  readonly id: string;
  readonly namespace: string;
  readonly name: string;
  readonly protocol: ServiceProtocol;
  readonly family: IpFamily;
  readonly frontends: readonly Frontend[];
  /** Only for what comes in through the gateway: from the Node itself or beyond. */
  readonly fromOutside?: boolean;
  /** By address and port, each once. Empty: connections are refused. */
  readonly endpoints: readonly Endpoint[];
  /** A client stays with its Endpoint this long; absent: each connection is balanced anew. */
  readonly affinitySeconds?: number;
}

/** Something in an object that cannot be used; the rest of the object is. */
export interface Problem {
  /** Path in the object. */
  readonly field: string;
  /** What is wrong, what it means, and the way out. */
  readonly text: string;
}
