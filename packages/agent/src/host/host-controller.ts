import type { Host, HostInterface } from '@antrea-ts/host';
import type { Clock } from '@antrea-ts/reconcile';
import type { Logger } from '@antrea-ts/runtime';
import { applyInterfacesAndRoutes, applyTrafficRules, type DesiredHostState } from './host-state.js';
import { KeptPart } from './kept-part.js';

/**
 * Keeps the Node's own network stack as desired, in two parts. Interfaces and routes are looked at whenever the kernel
 * tells of a change, which it does several times for every Pod. Of packet filter rules it tells nothing, and looking at
 * them takes a process per chain: they have a rhythm of their own.
 */
export class HostController {
  readonly #network: KeptPart;
  readonly #rules: KeptPart;
  readonly #unsubscribe: () => void;
  /** Resolves when everything was as desired for the first time. */
  readonly firstPass: Promise<void>;

  constructor(
    options: { readonly desired: () => DesiredHostState },
    modules: {
      readonly host: Host;
      readonly logger: Logger;
      readonly clock: Clock;
      readonly onGateway?: (gateway: HostInterface) => void;
    },
  ) {
    const { desired } = options;
    this.#network = new KeptPart(
      {
        what: 'interfaces and routes',
        apply: (context) => applyInterfacesAndRoutes(desired(), modules, context),
      },
      modules,
    );
    this.#rules = new KeptPart(
      { what: 'traffic rules', apply: (context) => applyTrafficRules(desired(), modules, context) },
      modules,
    );
    this.firstPass = Promise.all([this.#network.firstPass, this.#rules.firstPass]).then(() => undefined);
    this.#unsubscribe = modules.host.subscribe(() => this.#network.look());
  }

  /** What is desired changed. */
  changed(): void {
    this.#network.changed();
    this.#rules.changed();
  }

  /** What is desired of addresses and routes changed: resolves when they are so, rejects when that failed. */
  interfacesApplied(options: { signal: AbortSignal }): Promise<void> {
    return this.#network.applied(options);
  }

  /** Why the host is not as desired; undefined: it is. */
  get problem(): string | undefined {
    const problems = [this.#network.problem, this.#rules.problem].filter((problem) => problem !== undefined);
    return problems.length === 0 ? undefined : problems.join('; ');
  }

  start(): void {
    this.#network.start();
    this.#rules.start();
  }

  async stop(): Promise<void> {
    this.#unsubscribe();
    await Promise.all([this.#network.stop(), this.#rules.stop()]);
  }
}
