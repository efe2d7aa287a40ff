import { refTo, type Definitions, type Schema } from './schema.js';

const v1 = 'io.k8s.api.discovery.v1';
const v1beta1 = 'io.k8s.api.discovery.v1beta1';

/** `discovery.k8s.io/v1beta1` is v1, except that an endpoint has its topology in a map. */
export function endpointSliceV1beta1(definitions: Definitions): [string, Schema][] {
  const slice = definitions.get(`${v1}.EndpointSlice`) ?? {};
  const endpoint = definitions.get(`${v1}.Endpoint`) ?? {};
  const { deprecatedTopology, zone: _, ...properties } = endpoint.properties ?? {};
  return [
    [
      `${v1beta1}.EndpointSlice`,
      {
        ...slice,
        properties: {
          ...slice.properties,
          endpoints: { ...slice.properties?.['endpoints'], items: { $ref: refTo(`${v1beta1}.Endpoint`) } },
        },
      },
    ],
    [
      `${v1beta1}.Endpoint`,
      { ...endpoint, properties: { ...properties, ...(deprecatedTopology ? { topology: deprecatedTopology } : {}) } },
    ],
  ];
}
