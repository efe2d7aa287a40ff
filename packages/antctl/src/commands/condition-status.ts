import type { InfoCondition } from '@antrea-ts/apis';

/** Unhealthy if any condition is False, else Unknown if any is Unknown. */
export function conditionStatus(conditions: readonly Pick<InfoCondition<string>, 'status'>[] = []): string {
  if (conditions.some(({ status }) => status === 'False')) return 'Unhealthy';
  return conditions.some(({ status }) => status === 'Unknown') ? 'Unknown' : 'Healthy';
}
