export type { NodeFacts } from './choose-endpoints.js';
export {
  readEndpoints,
  readEndpointSlice,
  type EndpointsObject,
  type EndpointSliceObject,
  type EndpointsSpec,
} from './read-endpoints.js';
export { readService, type ServiceObject, type ServiceSpec } from './read-service.js';
export type { Endpoint, Frontend, Problem, ServicePort, ServiceProtocol } from './service-port.js';
export { ServicePorts, type NodePortAddresses, type ServicePortChanges } from './service-ports.js';
