import type { RuleDirection } from '@antrea-ts/apis';
import type { IpAddress } from '@antrea-ts/net-types';
import type { Intent, Packet } from './intent.js';
import type { Workload } from './workloads.js';

/** Who asks policies: what a packet means to the Pod at one of its ends. */
export interface Question {
  readonly direction: RuleDirection;
  readonly pod: Workload;
  /** The address at the other end. */
  readonly peer: IpAddress;
  readonly packet: Packet;
  readonly intent: Intent;
  /** Everybody whom selectors can select. */
  readonly workloads: readonly Workload[];
}
