import type { SwitchItem } from '@antrea-ts/openflow';
import type { OpenFlowConnection } from '@antrea-ts/ovs';
import { policyMeter } from '@antrea-ts/pipeline';
import type { Driver } from '@antrea-ts/reconcile';
import type { Logger } from '@antrea-ts/runtime';

/** Makes the meter for packets that policies send to the agent. False: this datapath has no meters. */
export async function ensurePolicyMeter(
  connection: Pick<OpenFlowConnection, 'dumpMeters' | 'sendAll'>,
  { signal }: { readonly signal: AbortSignal },
): Promise<boolean> {
  const installed = await connection.dumpMeters({ signal });
  if (installed.some(({ meter }) => meter === policyMeter.meter)) return true;
  try {
    const operation = 'make the meter of network policies';
    await connection.sendAll([{ ...policyMeter, type: 'meter_mod', command: 'add' }], { signal, operation });
    return true;
  } catch (error) {
    signal.throwIfAborted();
    if ((error as { code?: unknown }).code === 'refused') return false;
    throw error;
  }
}

/** A switch that was restarted has lost the meter, without which it refuses the flows that use it. */
export function withPolicyMeter(
  driver: Driver<string, SwitchItem>,
  connection: Pick<OpenFlowConnection, 'dumpMeters' | 'sendAll'>,
  { logger }: { readonly logger: Logger },
): Driver<string, SwitchItem> {
  return {
    async observe(context) {
      if (!(await ensurePolicyMeter(connection, context))) logger.debug('The datapath has no meters');
      return driver.observe(context);
    },
    apply: (plan, context) => driver.apply(plan, context),
  };
}
