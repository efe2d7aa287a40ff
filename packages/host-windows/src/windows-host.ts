import { release } from 'node:os';
import { HostError, type Host } from '@antrea-ts/host';
import type { Logger } from '@antrea-ts/runtime';
import { HcsContainers } from './hns/containers.js';
import { Hns } from './hns/hns.js';
import { openHostCompute, type LibraryNames } from './hns/libraries.js';
import { HcnNamespaces } from './hns/namespaces.js';
import { listAdapters } from './interfaces/adapters.js';
import { ensureGateway } from './interfaces/gateway.js';
import { InterfaceWatch } from './interface-watch.js';
import { createWindowsPods } from './pods/windows-pods.js';
import type { PowerShell } from './powershell/powershell.js';
import { PowerShellSession } from './powershell/session.js';
import { createWindowsRoutes } from './routes/windows-routes.js';
import { createWindowsTrafficRules } from './rules/windows-traffic-rules.js';
import { SettingsFile } from './uplink/settings-file.js';
import { WindowsUplink } from './uplink/windows-uplink.js';
import { translated } from './translate-error.js';

export interface WindowsHostOptions {
  readonly logger: Logger;
  /** What runs commands; absent: a PowerShell process of our own, started when first needed. */
  readonly powerShell?: PowerShell;
  /** Where the Host Compute functions are; absent: in Windows' own libraries. */
  readonly libraries?: LibraryNames;
  /** File that keeps what the host had on its adapter; in the agent's run directory. */
  readonly settingsFile: string;
  /** How long to wait for the gateway's adapter to appear, in milliseconds; 30 seconds unless told. */
  readonly gatewayAppearTimeoutMs?: number;
  /** How long to wait for an answer of HNS, in milliseconds; 30 seconds unless told. */
  readonly hnsDeadlineMs?: number;
  /** How often to look for what Windows does by itself, in milliseconds; 1 second unless told. */
  readonly pollMs?: number;
}

/** The Windows host. Opens nothing before it is needed. */
export function createWindowsHost(options: WindowsHostOptions): Host {
  const { logger } = options;
  let closed = false;
  const session = options.powerShell ?? new PowerShellSession({ logger });
  const powerShell: PowerShell = {
    run: async (commands, context) => {
      if (closed) throw new HostError('closed', 'use the host: it was closed');
      return commands.length === 0 ? [] : session.run(commands, context);
    },
    close: () => session.close(),
  };
  const libraries = openHostCompute(options.libraries);
  const { hnsDeadlineMs } = options;
  const hns = new Hns(libraries, hnsDeadlineMs === undefined ? {} : { deadlineMs: hnsDeadlineMs });
  const watch = new InterfaceWatch((error) => logger.error('A listener to host changes failed', { error }));
  const routes = createWindowsRoutes(powerShell);
  const appearTimeoutMs = options.gatewayAppearTimeoutMs ?? 30_000;
  return {
    platform: 'windows',
    pods: createWindowsPods({
      hns,
      namespaces: new HcnNamespaces(libraries),
      containers: new HcsContainers(libraries),
      powerShell,
    }),
    peerRoutes: {
      ...routes,
      async apply(plan, context) {
        const outcomes = await routes.apply(plan, context);
        watch.changed('routes');
        return outcomes;
      },
    },
    trafficRules: createWindowsTrafficRules(powerShell),
    uplink: new WindowsUplink({
      hns,
      powerShell,
      settingsFile: new SettingsFile(options.settingsFile),
      logger,
      ...(options.pollMs === undefined ? {} : { pollMs: options.pollMs }),
    }),
    // Forwarding is a setting of each interface, and `trafficRules` sees to the gateway's.
    facts: async () => ({ kernelVersion: release(), forwarding: { ipv4: true, ipv6: false } }),
    listInterfaces: ({ signal }) => translated('list interfaces', signal, () => listAdapters(powerShell, { signal })),
    ensureGateway: (desired, { signal }) =>
      translated(`gateway ${desired.name}`, signal, async () => {
        const result = await ensureGateway(powerShell, desired, { signal, appearTimeoutMs });
        if (result.changes.length > 0) watch.changed('links', 'addresses');
        return result;
      }),
    subscribe: (listener) => watch.subscribe(listener),
    async close() {
      closed = true;
      watch.close();
      await session.close();
    },
  };
}
