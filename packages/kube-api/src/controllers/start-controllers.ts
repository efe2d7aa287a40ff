import type { Aggregator } from '../aggregation/aggregator.js';
import { storeBootstrapRoles } from '../auth/bootstrap-roles.js';
import type { ServiceAccountTokens } from '../auth/service-account-tokens.js';
import { newObject } from '../object.js';
import type { Operations } from '../operations.js';
import type { ResourceRegistry } from '../resources/registry.js';
import type { ServiceAllocator } from '../services/service-allocator.js';
import type { Store } from '../storage/store.js';
import { ApiServiceController } from './api-services.js';
import { CustomResources } from './custom-resources.js';
import { ServiceEndpoints } from './endpoints/service-endpoints.js';
import { EventExpiry } from './event-expiry.js';
import { GarbageCollector } from './garbage-collector.js';
import { NamespaceController } from './namespaces.js';
import { ServiceAccountSecrets } from './service-account-secrets.js';
import { Workloads } from './workloads/workloads.js';

/** Starts what keeps the cluster's own objects in order, and makes those that are there from the start. */
export function startControllers(modules: {
  readonly store: Store;
  readonly registry: ResourceRegistry;
  readonly operations: Operations;
  readonly aggregator: Aggregator;
  readonly allocator: ServiceAllocator;
  readonly tokens: ServiceAccountTokens;
  readonly caPem: string;
}): () => void {
  const stopAllocator = modules.allocator.start();
  const controllers = [
    new CustomResources(modules),
    new GarbageCollector(modules),
    new NamespaceController(modules),
    new ServiceAccountSecrets(modules),
    new ApiServiceController(modules),
    new EventExpiry(modules),
    new Workloads(modules),
    new ServiceEndpoints(modules),
  ];
  for (const controller of controllers) controller.start();
  storeBootstrapRoles(modules.store);
  storeAggregationTrust(modules.store, modules.caPem);
  return () => {
    for (const controller of controllers.toReversed()) controller.stop();
    stopAllocator();
  };
}

/** Where other API servers read whom to believe that speaks for a user. */
function storeAggregationTrust(store: Store, caPem: string): void {
  const name = 'extension-apiserver-authentication';
  const data = {
    'client-ca-file': caPem,
    'requestheader-allowed-names': '["front-proxy-client"]',
    'requestheader-client-ca-file': caPem,
    'requestheader-extra-headers-prefix': '["X-Remote-Extra-"]',
    'requestheader-group-headers': '["X-Remote-Group"]',
    'requestheader-username-headers': '["X-Remote-User"]',
  };
  const known = store.get('configmaps', `kube-system/${name}`);
  if (known) store.replace('configmaps', { ...known, data }, known);
  else store.add('configmaps', { ...newObject('v1', 'ConfigMap', name, 'kube-system'), data });
}
