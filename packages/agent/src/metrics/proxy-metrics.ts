import type { Metrics } from '@antrea-ts/runtime';

/** Value of the label `ip_family`. */
export type ProxyFamily = 'v4' | 'v6';

/** What load balancing counts, by IP family. */
export interface ProxyMetrics {
  /** One pass over all changes took this long. */
  synced(seconds: number, family: ProxyFamily): void;
  /** How many Service ports and Endpoints are installed now. */
  installed(counts: { readonly services: number; readonly endpoints: number }, family: ProxyFamily): void;
  /** Changes of Services and Endpoints that were taken up. */
  updated(counts: { readonly services: number; readonly endpoints: number }, family: ProxyFamily): void;
}

/** From 1 ms to 16 s, doubling. */
const syncBuckets = Array.from({ length: 15 }, (_, index) => 0.001 * 2 ** index);

export function proxyMetrics(metrics: Metrics): ProxyMetrics {
  const common = { labels: ['ip_family'], initial: [{ ip_family: 'v4' }, { ip_family: 'v6' }] } as const;
  const sync = metrics.histogram({
    name: 'antrea_proxy_sync_proxy_rules_duration_seconds',
    help: 'Time to bring the switch up to all changes of Services and Endpoints, in seconds.',
    buckets: syncBuckets,
    ...common,
  });
  const services = metrics.gauge({
    name: 'antrea_proxy_total_services_installed',
    help: 'Service ports in the switch.',
    ...common,
  });
  const endpoints = metrics.gauge({
    name: 'antrea_proxy_total_endpoints_installed',
    help: 'Endpoints in the switch.',
    ...common,
  });
  const serviceUpdates = metrics.counter({
    name: 'antrea_proxy_total_services_updates',
    help: 'Changes of Services that were taken up.',
    ...common,
  });
  const endpointUpdates = metrics.counter({
    name: 'antrea_proxy_total_endpoints_updates',
    help: 'Changes of Endpoints that were taken up.',
    ...common,
  });
  return {
    synced: (seconds, family) => sync.observe(seconds, { ip_family: family }),
    installed: (counts, family) => {
      services.set(counts.services, { ip_family: family });
      endpoints.set(counts.endpoints, { ip_family: family });
    },
    updated: (counts, family) => {
      serviceUpdates.add(counts.services, { ip_family: family });
      endpointUpdates.add(counts.endpoints, { ip_family: family });
    },
  };
}
