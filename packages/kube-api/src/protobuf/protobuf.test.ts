import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json } from '../object.js';
import { builtInResources } from '../resources/built-in.js';
import { schemaOf } from '../schema/resource-schema.js';
import type { SchemaNode } from '../schema/schema.js';
import { ApiError } from '../status.js';
import { decodeProtobufObject } from './decode-object.js';
import { messageTable, readMessages, type Message } from './message-table.js';

/** `kubectl create configmap cmx --from-literal=a=b --from-literal=z=`, as kubectl 1.32 sends it. */
const configMap =
  '6b3873000a0f0a0276311209436f6e6669674d617012240a130a03636d7812001a0022002a003200380042001206' +
  '0a01611201621205' +
  '0a017a12001a002200';
/** `kubectl create deployment web --image=nginx --replicas=0 --port=80`. */
const deployment =
  '6b3873000a150a07617070732f7631120a4465706c6f796d656e7412b8010a1f0a0377656212001a0022002a0032003800' +
  '42005a0a0a0361707012037765621286010800120c0a0a0a0361707012037765621a6c0a1c0a0012001a0022002a0032003800' +
  '42005a0a0a036170701203776562124c122e0a056e67696e7812056e67696e782a00320a0a001000185022002a0042006a0072' +
  '00800100880100900100a201001a00320042004a0052005800600068008201008a01009a0100c2010022020a00280038001a0c' +
  '0800100018002000280038001a002200';

const field = (number: number, body: Uint8Array | string): Buffer => {
  const bytes = Buffer.from(body);
  return Buffer.concat([varint((number << 3) | 2), varint(bytes.length), bytes]);
};

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = BigInt(value);
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return Buffer.from([...bytes, Number(rest)]);
}

function envelope(apiVersion: string, kind: string, raw: Uint8Array): Buffer {
  const meta = Buffer.concat([field(1, apiVersion), field(2, kind)]);
  return Buffer.concat([Buffer.from('k8s\0'), field(1, meta), field(2, raw)]);
}

function reasonOf(body: Uint8Array): string | undefined {
  try {
    decodeProtobufObject(body);
    return undefined;
  } catch (error) {
    if (error instanceof ApiError) return error.reason;
    throw error;
  }
}

describe('bodies as protocol buffers', () => {
  test('a ConfigMap as kubectl writes it', () => {
    expect(decodeProtobufObject(Buffer.from(configMap, 'hex'))).toEqual({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'cmx' },
      data: { a: 'b', z: '' },
    });
  });

  test('a Deployment: zero counts where absent means something else', () => {
    const container = { name: 'nginx', image: 'nginx', ports: [{ containerPort: 80 }], resources: {} };
    expect(decodeProtobufObject(Buffer.from(deployment, 'hex'))).toEqual({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', labels: { app: 'web' } },
      spec: {
        replicas: 0,
        selector: { matchLabels: { app: 'web' } },
        template: { metadata: { labels: { app: 'web' } }, spec: { containers: [container] } },
        strategy: {},
      },
      status: {},
    });
  });

  test('forms of their own: bytes, numbers or names, times, what is inline', () => {
    const secret = envelope('v1', 'Secret', field(2, Buffer.concat([field(1, 'p'), field(2, 'q')])));
    expect(decodeProtobufObject(secret)['data']).toEqual({ p: 'cQ==' });
    const target = (body: Buffer): Json => {
      const port = field(1, Buffer.concat([field(1, 'a'), field(4, body)]));
      const spec = decodeProtobufObject(envelope('v1', 'Service', field(2, port)))['spec'] as { ports: Json[] };
      return (spec.ports[0] as { targetPort: Json }).targetPort;
    };
    expect(target(Buffer.from([0x08, 0, 0x10, 80]))).toBe(80);
    expect(target(Buffer.concat([Buffer.from([0x08, 1]), field(3, 'http')]))).toBe('http');
    const volume = Buffer.concat([field(1, 'v'), field(2, field(19, field(1, field(1, 'settings'))))]);
    const pod = decodeProtobufObject(envelope('v1', 'Pod', field(2, field(1, volume))));
    expect(pod['spec']).toEqual({ volumes: [{ name: 'v', configMap: { name: 'settings' } }] });
    const seconds = Buffer.concat([Buffer.from([0x08]), varint(1_600_000_000)]);
    const dated = envelope('v1', 'Namespace', field(1, Buffer.concat([field(1, 'n'), field(8, seconds)])));
    expect(decodeProtobufObject(dated)['metadata']).toEqual({ name: 'n', creationTimestamp: '2020-09-13T12:26:40Z' });
  });

  test('a key of a map is only a key', () => {
    const entry = Buffer.concat([field(1, '__proto__'), field(2, 'x')]);
    const object = decodeProtobufObject(envelope('v1', 'ConfigMap', field(2, entry)));
    expect(Object.keys(object['data'] as object)).toEqual(['__proto__']);
  });

  test.each([
    [
      'a kind that exists as JSON only',
      envelope('apiextensions.k8s.io/v1', 'CustomResourceDefinition', Buffer.alloc(0)),
    ],
    ['a kind that nobody knows', envelope('example.org/v1', 'Pod', Buffer.alloc(0))],
    ['a version that is not served', envelope('apps/v1beta1', 'Deployment', Buffer.alloc(0))],
  ])('%s is an unsupported media type', (_, body) => {
    expect(reasonOf(body)).toBe('UnsupportedMediaType');
  });

  test.each([
    ['JSON', Buffer.from('{}')],
    ['nothing', Buffer.alloc(0)],
    ['no kind', Buffer.concat([Buffer.from('k8s\0'), field(2, '')])],
    ['a field that ends too early', envelope('v1', 'Pod', Buffer.from([0x0a, 0x7f]))],
    ['a length beyond numbers', envelope('v1', 'Pod', Buffer.from('0affffffffffffffffff01', 'hex'))],
    ['a group', envelope('v1', 'Pod', Buffer.from([0x0b]))],
    ['field number 0', envelope('v1', 'Pod', Buffer.from([0x02, 0]))],
    ['a text that is not UTF-8', envelope('v1', 'Pod', field(1, field(1, Buffer.from([0xff]))))],
    ['a number where a message should be', envelope('v1', 'Pod', Buffer.from([0x08, 1]))],
  ])('%s is a bad request', (_, body) => {
    expect(reasonOf(body)).toBe('BadRequest');
  });

  test('many entries of a map take time in proportion', () => {
    const entries = Array.from({ length: 50_000 }, (_, index) =>
      field(2, Buffer.concat([field(1, `k${index}`), field(2, '')])),
    );
    const { data } = decodeProtobufObject(envelope('v1', 'ConfigMap', Buffer.concat(entries)));
    expect(Object.keys(data as object)).toHaveLength(50_000);
  });

  test('whatever is inside, the answer is an object or a refusal', () => {
    const kinds = fc.constantFrom('Pod', 'Service', 'Deployment', 'Event', 'DeleteOptions', 'Lease');
    const versions = fc.constantFrom('v1', 'apps/v1', 'coordination.k8s.io/v1');
    fc.assert(
      fc.property(versions, kinds, fc.uint8Array({ maxLength: 200 }), (apiVersion, kind, raw) => {
        expect([undefined, 'BadRequest', 'UnsupportedMediaType']).toContain(reasonOf(envelope(apiVersion, kind, raw)));
      }),
    );
    const real = Buffer.from(deployment, 'hex');
    fc.assert(
      fc.property(
        fc.nat(real.length - 1),
        fc.integer({ min: 0, max: 255 }),
        fc.nat(real.length),
        (at, byte, length) => {
          const broken = Buffer.from(real);
          broken[at] = byte;
          expect([undefined, 'BadRequest', 'UnsupportedMediaType']).toContain(reasonOf(broken.subarray(0, length)));
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('message tables', () => {
  test('the notation', () => {
    const [entry] = readMessages('Thing: name=1, args=2 []string, more=3 {}int,\n  count=4 *int, source=5 ^Source');
    expect(entry?.[0]).toBe('Thing');
    expect([...(entry?.[1] ?? [])].map(([number, { name, type }]) => [number, name, type.name, type.label])).toEqual([
      [1, 'name', 'string', 'one'],
      [2, 'args', 'string', 'list'],
      [3, 'more', 'int', 'map'],
      [4, 'count', 'int', 'one'],
      [5, 'source', 'Source', 'one'],
    ]);
    expect(() => readMessages('Thing: name')).toThrow('name');
  });

  /** Fields of a later Kubernetes than the one whose types we serve: read, and then unknown as they would be in JSON. */
  const later = new Set(
    (
      'NodeRuntimeHandlerFeatures.userNamespaces NodeStatus.features VolumeSource.image ResourceClaim.request PodSpec.resources ' +
      'PodSecurityContext.supplementalGroupsPolicy PodSecurityContext.seLinuxChangePolicy ContainerStatus.user ' +
      'PodResourceClaim.resourceClaimName PodResourceClaim.resourceClaimTemplateName LeaseSpec.strategy ' +
      'ContainerStatus.allocatedResourcesStatus LeaseSpec.preferredHolder ResourceAttributes.fieldSelector ' +
      'ResourceAttributes.labelSelector'
    ).split(' '),
  );
  const jsonTypes: Readonly<Record<string, string>> = {
    string: 'string',
    int: 'integer',
    bool: 'boolean',
    bytes: 'string',
  };

  test('agree with the types that the API serves', () => {
    const table = messageTable();
    const problems: string[] = [];
    const seen = new Set<string>();
    const check = (name: string, message: Message, node: SchemaNode): void => {
      for (const { name: fieldName, type } of message.values()) {
        const below = table.get(type.name);
        if (type.isInline && below) check(type.name, below, node);
        else checkField(`${name}.${fieldName}`, type, node.property(fieldName));
      }
    };
    const checkField = (path: string, type: { name: string; label: string }, node: SchemaNode | undefined): void => {
      const inner = type.label === 'list' ? node?.items : type.label === 'map' ? node?.property('any') : node;
      const wanted = jsonTypes[type.name];
      if (later.has(path)) return;
      if (!inner) problems.push(`${path} is not there, or no ${type.label}`);
      else if (wanted !== undefined && inner.schema.type !== wanted) problems.push(`${path} is no ${wanted}`);
      else visit(type.name, inner);
    };
    const visit = (name: string, node: SchemaNode): void => {
      const message = table.get(name);
      if (!message || seen.has(name)) return;
      seen.add(name);
      check(name, message, node);
    };
    const resources = builtInResources.filter(({ version, kind }) => version === 'v1' && table.has(kind));
    for (const resource of resources) visit(resource.kind, schemaOf(resource));
    expect(problems).toEqual([]);
    expect(resources.length).toBeGreaterThan(25);
  });
});
