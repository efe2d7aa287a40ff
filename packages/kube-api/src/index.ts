export { startApiServer, type ApiServer, type ApiServerOptions, type Listener } from './create-api-server.js';
export type { PodLogs, PodLogOptions } from './http/pod-log.js';
export type { ApiObject } from './object.js';
export type { Destination, ResolveService, ServicePort } from './outbound/connect.js';
export type { User } from './auth/user.js';
