import { setTimeout as sleep } from 'node:timers/promises';
import type { Container as ContainerObject, Probe } from 'kubernetes-types/core/v1.js';
import { CommandError, runCommand } from '@antrea-ts/runtime';
import { enterArgs, type Namespace } from '../process/namespace.js';

export interface ProbeTarget {
  /** The Node: from there TCP and HTTP probes come, as a kubelet's do. */
  readonly node: Namespace;
  /** A process in the Pod's namespaces, for commands. */
  readonly podPid: number;
  readonly podIp: string;
  readonly container: ContainerObject;
  readonly env: Readonly<Record<string, string>>;
}

/** `bash` opens TCP connections itself: nothing needs to be installed. */
const tcpScript = 'exec 3<>"/dev/tcp/$1/$2"';
const httpScript = `${tcpScript}; printf 'GET %s HTTP/1.0\\r\\nHost: %s\\r\\nConnection: close\\r\\n\\r\\n' "$3" "$1" >&3
read -r _ status _ <&3; [ "\${status:-0}" -ge 200 ] && [ "\${status:-0}" -lt 400 ] || { echo "HTTP status \${status:-none}" >&2; exit 1; }`;

/** Probes once. `undefined`: passed; else why not. */
export async function probeOnce(probe: Probe, target: ProbeTarget, signal: AbortSignal): Promise<string | undefined> {
  const options = { timeout: (probe.timeoutSeconds ?? 1) * 1000, signal };
  try {
    if (probe.exec) {
      const [file = 'true', ...args] = probe.exec.command ?? [];
      await runCommand('nsenter', enterArgs(target.podPid, file, args), { ...options, env: target.env });
    } else if (probe.tcpSocket) {
      const port = portNumber(probe.tcpSocket.port, target.container);
      await target.node.run('bash', ['-c', tcpScript, 'probe', probe.tcpSocket.host ?? target.podIp, port], options);
    } else if (probe.httpGet) {
      const port = portNumber(probe.httpGet.port, target.container);
      const args = [probe.httpGet.host ?? target.podIp, port, probe.httpGet.path ?? '/'];
      await target.node.run('bash', ['-c', httpScript, 'probe', ...args], options);
    }
    return undefined;
  } catch (error) {
    if (error instanceof CommandError) return error.stderr.trim() || error.end.kind;
    throw error;
  }
}

/**
 * Probes until `signal` is aborted, and tells the verdict by the probe's thresholds: of success every time, for the
 * container may have been restarted meanwhile; of failure once per full row of failures.
 */
export async function runProbe(
  probe: Probe,
  target: ProbeTarget,
  options: { readonly signal: AbortSignal; readonly onVerdict: (passed: boolean, why: string) => void },
): Promise<void> {
  const { signal, onVerdict } = options;
  let streak = { passed: false, length: 0 };
  try {
    await sleep((probe.initialDelaySeconds ?? 0) * 1000, undefined, { signal });
    while (!signal.aborted) {
      const why = await probeOnce(probe, target, signal);
      const passed = why === undefined;
      streak = streak.passed === passed ? { passed, length: streak.length + 1 } : { passed, length: 1 };
      const threshold = passed ? (probe.successThreshold ?? 1) : (probe.failureThreshold ?? 3);
      if (streak.length >= threshold) {
        onVerdict(passed, why ?? '');
        if (!passed) streak = { passed, length: 0 };
      }
      await sleep((probe.periodSeconds ?? 10) * 1000, undefined, { signal });
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

function portNumber(port: string | number, container: ContainerObject): string {
  if (typeof port === 'number') return String(port);
  const named = container.ports?.find(({ name }) => name === port)?.containerPort;
  return named === undefined ? port : String(named);
}
