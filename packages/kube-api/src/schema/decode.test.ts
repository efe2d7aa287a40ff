import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../object.js';
import { builtInResources } from '../resources/built-in.js';
import { decodeAs } from './decode.js';
import { schemaOf } from './resource-schema.js';

const pod = builtInResources.find(({ kind }) => kind === 'Pod');
const decode = (spec: JsonObject) => {
  if (!pod) throw new Error('no Pods');
  const { value, unknownFields } = decodeAs(schemaOf(pod), { spec }, { kind: 'Pod', version: 'v1' });
  return { spec: value['spec'], unknownFields };
};

describe('decodeAs', () => {
  it.each<[string, JsonObject, JsonObject, string[]]>([
    [
      'keeps what is right',
      { hostNetwork: true, containers: [{ name: 'a' }] },
      { hostNetwork: true, containers: [{ name: 'a' }] },
      [],
    ],
    ['drops nulls and empty maps', { nodeName: null, nodeSelector: {} }, {}, []],
    ['keeps empty structures', { securityContext: {} }, { securityContext: {} }, []],
    [
      'drops what is unknown',
      { containers: [{ name: 'a', imagee: 'x' }] },
      { containers: [{ name: 'a' }] },
      ['spec.containers[0].imagee'],
    ],
    [
      'reads numbers as quantities',
      { overhead: { cpu: 1, memory: '2Gi' } },
      { overhead: { cpu: '1', memory: '2Gi' } },
      [],
    ],
  ])('%s', (_what, given, spec, unknownFields) => {
    expect(decode(given)).toEqual({ spec, unknownFields });
  });

  it.each<[JsonObject, string]>([
    [{ hostNetwork: 'yes' }, 'cannot unmarshal string into Go struct field Pod.spec.hostNetwork of type bool'],
    [{ containers: {} }, 'cannot unmarshal object into Go struct field Pod.spec.containers of type array'],
    [{ priority: 1.5 }, 'cannot unmarshal number into Go struct field Pod.spec.priority of type int64'],
    [{ nodeSelector: { a: 1 } }, 'cannot unmarshal number into Go struct field Pod.spec.nodeSelector.a of type string'],
    [{ overhead: { cpu: 'lots' } }, 'quantities must match the regular expression'],
  ])('refuses %j', (given, message) => {
    expect(() => decode(given)).toThrow(message);
  });
});
