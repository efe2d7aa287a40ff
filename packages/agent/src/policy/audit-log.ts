import type { Clock } from '@antrea-ts/reconcile';
import { formatDuration } from '@antrea-ts/runtime';

/** One packet that a rule with logging decided about. */
export interface AuditEntry {
  /** As users know it: `AntreaPolicyIngressRule`. */
  readonly table: string;
  /** `AntreaNetworkPolicy:default/deny-all`. */
  readonly policy: string;
  readonly action: 'Allow' | 'Drop' | 'Reject';
  /** OpenFlow priority of the rule. */
  readonly priority: number;
  readonly source: string;
  readonly destination: string;
  /** Of the IP packet; of the payload with IPv6, as 1.3. */
  readonly length: number;
  readonly protocol: string;
}

interface Merged {
  readonly line: string;
  readonly first: number;
  last: number;
  packets: number;
}

/** Denied packets of one kind are told once in this time, with their number. */
const mergeMs = 1_000;
/** Kinds that are remembered at the same time: beyond, a line is written at once. */
const maxMerged = 10_000;

/**
 * The audit log of policies, in the form of Antrea 1.3 (`np.log`). Allowed packets are written at once, denied ones
 * after a second, in which others of the same kind are counted.
 */
export class AuditLog {
  readonly #write: (text: string) => void;
  readonly #clock: Clock;
  readonly #merged = new Map<string, Merged>();

  constructor(modules: { readonly write: (text: string) => void; readonly clock: Clock }) {
    this.#write = modules.write;
    this.#clock = modules.clock;
  }

  record(entry: AuditEntry): void {
    const now = this.#clock.now();
    const line = renderEntry(entry);
    if (entry.action === 'Allow') return this.#writeLine(line, now);
    const known = this.#merged.get(line);
    if (known) {
      known.packets += 1;
      known.last = now;
    } else if (this.#merged.size < maxMerged) {
      this.#merged.set(line, { line, first: now, last: now, packets: 1 });
      this.#clock.setTimer(mergeMs, () => this.#flush(line));
    } else this.#writeLine(line, now);
  }

  /** Writes what still waits. */
  close(): void {
    for (const line of this.#merged.keys()) this.#flush(line);
  }

  #flush(key: string): void {
    const merged = this.#merged.get(key);
    if (!merged) return;
    this.#merged.delete(key);
    const { line, first, last, packets } = merged;
    const count = packets > 1 ? ` [${packets} packets in ${formatDuration(Math.round(last - first))}]` : '';
    this.#writeLine(`${line}${count}`, first);
  }

  #writeLine(line: string, at: number): void {
    this.#write(`${renderTime(at)} ${line}\n`);
  }
}

function renderEntry(entry: AuditEntry): string {
  const { table, policy, action, priority, source, destination, length, protocol } = entry;
  // A name never makes a line of its own.
  const named = policy.replaceAll(/\p{Cc}/gu, ' ');
  return `${table} ${named} ${action} ${priority} SRC: ${source} DEST: ${destination} ${length} ${protocol}`;
}

/** `2021/07/16 08:13:06.123000`, in UTC. */
function renderTime(ms: number): string {
  const [date = '', time = ''] = new Date(ms).toISOString().slice(0, -1).split('T');
  return `${date.replaceAll('-', '/')} ${time}000`;
}
