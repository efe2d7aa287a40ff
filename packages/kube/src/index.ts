export { KubeError, isKubeError, type KubeErrorCode, type KubeErrorDetail } from './errors.js';

export { fixedCredentials } from './config/connection.js';
export type { Credentials, CredentialSource, KubeConnection, TlsSettings } from './config/connection.js';
export { loadConnection, type LoadConnectionOptions } from './config/load-connection.js';
export { loadKubeconfig } from './config/kubeconfig.js';
export { inClusterConnection } from './config/in-cluster.js';
export { tokenFile } from './config/token-file.js';
export { serverUrl } from './config/server-url.js';

export { apiVersionOf, objectKey, resource, resourcePath } from './resource.js';
export type { KubeList, KubeObject, ObjectRef, Resource, Stored, StoredMeta } from './resource.js';
export { InfoPublisher, type InfoPublisherOptions } from './info-publisher.js';
export { resources } from './resources.js';

export { createKubeClient, type KubeClientOptions } from './rest/create-kube-client.js';
export type { RetryOptions } from './rest/send-with-retry.js';
export type {
  CallOptions,
  DeleteOptions,
  JsonPatchStep,
  KubeClient,
  ListOptions,
  Patch,
  RawRequest,
  Selection,
  WatchOptions,
  WriteOptions,
} from './kube-client.js';
export { patchWithRetry, type PatchWithRetryOptions } from './patch-with-retry.js';

export type { WatchEvent } from './watch/watch-event.js';
export { createReflector, wholeObject } from './watch/reflector.js';
export type { Reflector, ReflectorOptions, ReflectorStats } from './watch/reflector.js';
export type { IndexFunctions, ReadonlyStore, StoreChange, StoreListener } from './watch/store.js';
export { backoffDelay, type BackoffOptions } from './backoff.js';

export {
  createDelegatingServer,
  healthPaths,
  type DelegatingServerOptions,
} from './serving/create-delegating-server.js';
export { loopbackTokenFile } from './serving/loopback-token.js';
