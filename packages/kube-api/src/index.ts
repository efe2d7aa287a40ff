export { startApiServer, type ApiServer, type ApiServerOptions, type Listener } from './create-api-server.js';
export type { PodLogs } from './http/subresources.js';
export type { ApiObject } from './object.js';
