import { isJsonObject, type ApiObject, type JsonObject } from '../object.js';
import type { Conversion } from './resource.js';

const hostname = 'kubernetes.io/hostname';
const zone = 'topology.kubernetes.io/zone';

/** In v1beta1 an endpoint's node and zone are in a map `topology`; in v1 they are fields. */
export const endpointSliceV1beta1: Conversion = {
  toStored: (slice) => withEndpoints(slice, toV1),
  toServed: (slice) => withEndpoints(slice, toV1beta1),
};

function withEndpoints(slice: ApiObject, change: (endpoint: JsonObject) => JsonObject): ApiObject {
  const { endpoints } = slice;
  if (!Array.isArray(endpoints)) return slice;
  return { ...slice, endpoints: endpoints.map((endpoint) => (isJsonObject(endpoint) ? change(endpoint) : endpoint)) };
}

function toV1({ topology, ...endpoint }: JsonObject): JsonObject {
  if (!isJsonObject(topology)) return endpoint;
  const { [hostname]: nodeName, [zone]: zoneName, ...deprecatedTopology } = topology;
  return {
    ...(nodeName === undefined ? {} : { nodeName }),
    ...(zoneName === undefined ? {} : { zone: zoneName }),
    ...(Object.keys(deprecatedTopology).length > 0 ? { deprecatedTopology } : {}),
    ...endpoint,
  };
}

function toV1beta1({ zone: zoneName, deprecatedTopology, ...endpoint }: JsonObject): JsonObject {
  const topology: JsonObject = {
    ...(isJsonObject(deprecatedTopology) ? deprecatedTopology : {}),
    ...(endpoint['nodeName'] === undefined ? {} : { [hostname]: endpoint['nodeName'] }),
    ...(zoneName === undefined ? {} : { [zone]: zoneName }),
  };
  return Object.keys(topology).length > 0 ? { ...endpoint, topology } : endpoint;
}
