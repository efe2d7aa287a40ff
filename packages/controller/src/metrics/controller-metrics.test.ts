import { createMetrics } from '@antrea-ts/runtime';
import { expect, it } from 'vitest';
import { createControllerMetrics } from './controller-metrics.js';

const changes = { appliedToGroups: [], addressGroups: [], networkPolicies: [] };

it('has the names of 1.3, all from the start', async () => {
  const metrics = await createMetrics({ processMetrics: false });
  createControllerMetrics(metrics);
  const { body } = await metrics.render();
  const kinds = [...body.matchAll(/^# TYPE (\S+ \S+)$/gm)].map(([, kind = '']) => kind).toSorted();
  expect(kinds).toEqual([
    'antrea_controller_acnp_status_updates counter',
    'antrea_controller_address_group_processed counter',
    'antrea_controller_address_group_sync_duration_milliseconds histogram',
    'antrea_controller_anp_status_updates counter',
    'antrea_controller_applied_to_group_processed counter',
    'antrea_controller_applied_to_group_sync_duration_milliseconds histogram',
    'antrea_controller_length_address_group_queue gauge',
    'antrea_controller_length_applied_to_group_queue gauge',
    'antrea_controller_length_network_policy_queue gauge',
    'antrea_controller_network_policy_processed counter',
    'antrea_controller_network_policy_sync_duration_milliseconds histogram',
  ]);
});

it('counts what waits, what came of it and how long it took', async () => {
  const metrics = await createMetrics({ processMetrics: false });
  const counted = createControllerMetrics(metrics);
  const text = async (): Promise<string> => (await metrics.render()).body;
  for (const kind of ['pod', 'pod', 'k8sNetworkPolicy'] as const) counted.waiting(kind);
  expect(await text()).toContain('antrea_controller_length_address_group_queue 3\n');
  expect(await text()).toContain('antrea_controller_length_network_policy_queue 1\n');
  const group = { before: undefined, after: undefined } as never;
  counted.computed({ ...changes, addressGroups: [group, group] }, 3);
  counted.statusWritten('AntreaClusterNetworkPolicy');
  const after = await text();
  for (const line of [
    'antrea_controller_length_address_group_queue 0',
    'antrea_controller_address_group_processed 2',
    'antrea_controller_address_group_sync_duration_milliseconds_bucket{le="4"} 1',
    'antrea_controller_network_policy_processed 0',
    'antrea_controller_network_policy_sync_duration_milliseconds_count 0',
    'antrea_controller_acnp_status_updates 1',
    'antrea_controller_anp_status_updates 0',
  ]) {
    expect(after).toContain(`${line}\n`);
  }
});
