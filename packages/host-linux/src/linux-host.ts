import { release } from 'node:os';
import { HostError, type Host } from '@antrea-ts/host';
import { runCommand, type CommandRunner, type Logger } from '@antrea-ts/runtime';
import { ChangeEvents } from './change-events.js';
import { ensureGateway } from './gateway.js';
import { listInterfaces } from './interfaces.js';
import { removeLeftoverInterfaces } from './leftover-interfaces.js';
import { createLinuxTrafficRules } from './iptables/linux-traffic-rules.js';
import { AsyncNetlink } from './netlink/async-netlink.js';
import { SyncNetlink } from './netlink/sync-netlink.js';
import { createLinuxPods } from './pods/linux-pods.js';
import { createPeerRoutes } from './routes/peer-routes.js';
import { readSysctl } from './sysctl.js';
import { translateError } from './translate-error.js';

export interface LinuxHostOptions {
  readonly logger: Logger;
  /** Which iptables to run; absent: what the system calls `iptables`. */
  readonly iptablesBackend?: 'nft' | 'legacy';
  /** How programs are run. */
  readonly run?: CommandRunner;
  /** How long to wait for the gateway interface to appear, in milliseconds; 5 seconds unless told. */
  readonly gatewayAppearTimeout?: number;
  /** Changes within this time are told together, in milliseconds; 50 unless told. */
  readonly changeDebounce?: number;
  /** The lock of old iptables versions. */
  readonly xtablesLockFile?: string;
}

/**
 * The Linux host, in the network namespace that the process is in. Opens nothing before it is needed. All of it must
 * be used from the main thread.
 */
export function createLinuxHost(options: LinuxHostOptions): Host {
  const { logger } = options;
  let closed = false;
  const opened: { close(): void }[] = [];
  /** A socket that is opened when first used, and closed with the host. */
  const lazily = <T extends { close(): void }>(open: () => T): (() => T) => {
    let socket: T | undefined;
    return () => {
      if (closed) throw new HostError('closed', 'use the host: it was closed');
      if (socket === undefined) {
        socket = open();
        opened.push(socket);
      }
      return socket;
    };
  };
  const node = lazily(() => AsyncNetlink.open());
  const events = new ChangeEvents({
    debounce: options.changeDebounce ?? 50,
    dropCheckInterval: 10_000,
    onListenerError: (error) => logger.error('A listener to host changes failed', { error }),
  });

  return {
    platform: 'linux',
    pods: createLinuxPods(lazily(() => SyncNetlink.open())),
    peerRoutes: createPeerRoutes(node),
    trafficRules: createLinuxTrafficRules({
      run: options.run ?? runCommand,
      lockFile: options.xtablesLockFile ?? '/run/xtables.lock',
      ...(options.iptablesBackend === undefined ? {} : { backend: options.iptablesBackend }),
    }),
    async facts({ signal }) {
      signal.throwIfAborted();
      return {
        kernelVersion: release(),
        forwarding: {
          ipv4: readSysctl('net/ipv4/ip_forward') === '1',
          ipv6: readSysctl('net/ipv6/conf/all/forwarding') === '1',
        },
      };
    },
    async listInterfaces({ signal }) {
      try {
        return await listInterfaces(node(), { signal });
      } catch (error) {
        signal.throwIfAborted();
        throw translateError('list interfaces', error);
      }
    },
    async ensureGateway(desired, { signal }) {
      const appearTimeout = options.gatewayAppearTimeout ?? 5000;
      return ensureGateway(node(), desired, { signal, appearTimeout });
    },
    async removeLeftovers(wanted, { signal }) {
      return removeLeftoverInterfaces(node(), wanted, { signal });
    },
    subscribe: (listener) => events.subscribe(listener),
    async close() {
      closed = true;
      events.close();
      for (const socket of opened) socket.close();
    },
  };
}
