import type { Meter, SwitchItem } from '@antrea-ts/openflow';
import { sameMeter, type OpenFlowConnection } from '@antrea-ts/ovs';
import { policyMeter } from '@antrea-ts/pipeline';
import type { Driver } from '@antrea-ts/reconcile';
import type { Logger } from '@antrea-ts/runtime';

type Connection = Pick<OpenFlowConnection, 'dumpMeters' | 'sendAll'>;

/** What became of the meter: `unsupported`, where this datapath has no meters; `altered`: somebody had changed it. */
export type PolicyMeterState = 'there' | 'made' | 'altered' | 'unsupported';

/** Makes the meter for packets that policies send to the agent, or puts it right. */
export async function ensurePolicyMeter(
  connection: Connection,
  { signal }: { readonly signal: AbortSignal },
): Promise<{ readonly state: PolicyMeterState; readonly found?: Meter }> {
  const found = (await connection.dumpMeters({ signal })).find(({ meter }) => meter === policyMeter.meter);
  if (found && sameMeter(found, policyMeter)) return { state: 'there' };
  try {
    const operation = 'make the meter of network policies';
    const command = found ? 'modify' : 'add';
    await connection.sendAll([{ ...policyMeter, type: 'meter_mod', command }], { signal, operation });
    return found ? { state: 'altered', found } : { state: 'made' };
  } catch (error) {
    signal.throwIfAborted();
    if ((error as { code?: unknown }).code === 'refused') return { state: 'unsupported' };
    throw error;
  }
}

/** A switch that was restarted has lost the meter, without which it refuses the flows that use it. */
export function withPolicyMeter(
  driver: Driver<string, SwitchItem>,
  connection: Connection,
  { logger }: { readonly logger: Logger },
): Driver<string, SwitchItem> {
  return {
    async observe(context) {
      const { state, found } = await ensurePolicyMeter(connection, context);
      if (state === 'unsupported') logger.debug('The datapath has no meters');
      if (state === 'altered') logger.warn('Repaired a meter that was changed from outside', { found });
      return driver.observe(context);
    },
    apply: (plan, context) => driver.apply(plan, context),
  };
}
