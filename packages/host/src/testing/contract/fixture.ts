import type { Host } from '../../host.js';

/** A network namespace for a Pod, made for one test. */
export interface FixtureNetns {
  readonly path: string;
  /** The namespace vanishes, as when its container dies. */
  readonly remove: () => Promise<void>;
}

/** A machine with a host on it, as the contract needs it. Each test gets a new one. */
export interface HostFixture {
  readonly host: Host;
  /** Closes the host and opens another on the same machine, as a restart of the agent does. */
  readonly restart: () => Promise<Host>;
  readonly addNetns: () => Promise<FixtureNetns>;
  /** Starts a container of Docker, whose network is that container. Absent where containers have namespaces. */
  readonly runContainer?: (id: string) => Promise<Pick<FixtureNetns, 'remove'>>;
  /**
   * Behind the host's back: connects a namespace as the `ptp` plugin does, as `eth0` with 10.10.0.9/24 and
   * fd00:10::9/64. The Node's end has 10.10.0.1 and fd00:10::1, and the Node's routes to the two addresses. Absent where
   * the platform has no such Pods.
   */
  readonly connectForeignPod?: (netns: FixtureNetns, hostName: string) => Promise<void>;
  /** Behind the host's back: sets the Node's end of a Pod's interface down, with this MTU. Absent as `ensureHostEnds` is. */
  readonly disturbHostEnd?: (hostName: string, mtu: number) => Promise<void>;
  /** An interface that is there from the beginning, fit to be the gateway. */
  readonly gatewayName: string;
  /** Behind the host's back: adds an address to the gateway. */
  readonly addForeignAddress: (text: string) => Promise<void>;
  /** Behind the host's back: a route of someone else to this destination, over the gateway. */
  readonly addForeignRoute: (destination: string) => Promise<void>;
  readonly hasForeignRoute: (destination: string) => Promise<boolean>;
  /** Behind the host's back: removes the route, whoever made it. */
  readonly loseRoute: (destination: string) => Promise<void>;
  /** Behind the host's back: damages one of the rules that `trafficRules` made. */
  readonly damageTrafficRules: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** What the contract needs of a test runner; vitest's functions fit. */
export interface ContractRunner {
  readonly describe: (name: string, body: () => void) => void;
  readonly it: (name: string, body: () => Promise<void>) => void;
  readonly expect: (actual: unknown, message?: string) => ContractExpectation;
}

export interface ContractExpectation {
  toEqual(expected: unknown): void;
  toContain(expected: unknown): void;
}

/**
 * What a platform may not have at all: IPv6; other routes of a Pod than its default one; interfaces that other plugins
 * made; addresses for Egress and the marks of cloud providers.
 */
export type OptionalFeature = 'ipv6' | 'podRoutes' | 'foreignPods' | 'trafficMarks';

export interface ContractContext {
  readonly runner: ContractRunner;
  readonly has: (feature: OptionalFeature) => boolean;
  /** Runs one test on a machine of its own. */
  readonly test: (name: string, body: (fixture: HostFixture) => Promise<void>) => void;
  /** For every call of the contract; the runner's own time limit bounds them. */
  readonly signal: AbortSignal;
}
