import { describe, expect, it } from 'vitest';
import { createMetrics } from './create-metrics.js';

describe('createMetrics', () => {
  it('renders metrics with their names, labels and initial series', async () => {
    const metrics = await createMetrics({ processMetrics: false });
    const ops = metrics.counter({
      name: 'antrea_agent_ovs_flow_ops_count',
      help: 'Operations on flows.',
      labels: ['operation'],
      initial: [{ operation: 'add' }, { operation: 'delete' }],
    });
    ops.inc({ operation: 'add' });
    ops.add(2, { operation: 'add' });
    const pods = metrics.gauge({ name: 'antrea_agent_local_pod_count', help: 'Pods.' });
    pods.set(5);
    pods.add(-2);
    metrics.gauge({ name: 'asked', help: 'Asked at scrape.', collect: (gauge) => gauge.set(7) });
    const latency = metrics.histogram({ name: 'latency', help: 'ms', labels: ['operation'], buckets: [1, 10] });
    latency.observe(4, { operation: 'add' });
    const { body, contentType } = await metrics.render();
    expect(contentType).toContain('text/plain');
    for (const line of [
      'antrea_agent_ovs_flow_ops_count{operation="add"} 3',
      'antrea_agent_ovs_flow_ops_count{operation="delete"} 0',
      'antrea_agent_local_pod_count 3',
      'asked 7',
      'latency_bucket{le="10",operation="add"} 1',
    ]) {
      expect(body.split('\n')).toContain(line);
    }
    // @ts-expect-error -- a label is missing
    expect(() => ops.inc()).not.toThrow();
    // @ts-expect-error -- no such label
    expect(() => ops.inc({ table: '0' })).toThrow(/label/);
  });

  it('keeps registries of programs apart, each with process metrics', async () => {
    const first = await createMetrics();
    const second = await createMetrics();
    first.counter({ name: 'mine', help: 'x' }).inc();
    expect((await first.render()).body).toContain('process_resident_memory_bytes');
    expect((await second.render()).body).not.toContain('mine');
  });
});
