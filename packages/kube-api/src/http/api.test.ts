import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  eventually,
  namespacePath,
  podManifest,
  startTestCluster,
  type TestCluster,
} from '../fixtures/test-cluster.js';

let cluster: TestCluster;
const pods = `${namespacePath}/pods`;

beforeAll(async () => {
  cluster = await startTestCluster();
});
afterAll(() => cluster.stop());

describe('requests that are not as they should be', () => {
  const large = `{"metadata":{"name":"x"},"data":{"a":"${'a'.repeat(4 << 20)}"}}`;
  it.each([
    ['GET', '/nowhere', undefined, 404, 'NotFound', /could not find the requested resource/],
    ['GET', '/api/v1/namespaces/default/widgets', undefined, 404, 'NotFound', /could not find/],
    ['GET', `${pods}/absent`, undefined, 404, 'NotFound', /^pods "absent" not found$/],
    ['POST', pods, '{', 400, 'BadRequest', /couldn't read the body/],
    ['POST', pods, '[]', 400, 'BadRequest', /must be an object/],
    ['POST', pods, '{"kind":"Node"}', 400, 'BadRequest', /kind in the data \(Node\) does not match/],
    ['POST', pods, '{"metadata":{"name":"a"}}', 422, 'Invalid', /spec.containers: Required value/],
    ['POST', pods, '{"metadata":{"name":"A_b"},"spec":{}}', 422, 'Invalid', /lowercase RFC 1123 subdomain/],
    [
      'POST',
      pods,
      '{"metadata":{"name":"a"},"spec":{"hostNetwork":"yes"}}',
      400,
      'BadRequest',
      /cannot unmarshal string into Go struct field Pod.spec.hostNetwork of type bool/,
    ],
    [
      'POST',
      '/api/v1/namespaces/none/pods',
      JSON.stringify(podManifest('a')),
      404,
      'NotFound',
      /namespaces "none" not found/,
    ],
    ['POST', `${namespacePath}/configmaps`, large, 413, 'RequestEntityTooLarge', /limit is/],
    ['PATCH', `${pods}/absent`, '{}', 415, 'UnsupportedMediaType', /accepted media types/],
    ['GET', '/api/v1/namespaces/%zz/pods', undefined, 400, 'BadRequest', /cannot be read/],
    ['DELETE', '/api/v1/namespaces/kube-system', undefined, 403, 'Forbidden', /may not be deleted/],
    ['GET', `${pods}?resourceVersion=1&resourceVersionMatch=Exact`, undefined, 410, 'Expired', /too old/],
    ['PUT', pods, '{}', 405, 'MethodNotAllowed', /does not allow this method/],
    ['GET', `${pods}?labelSelector=a%20b`, undefined, 400, 'BadRequest', /unable to parse requirement/],
    ['GET', `${pods}?fieldSelector=spec.nothing%3Da`, undefined, 400, 'BadRequest', /field label not supported/],
    ['GET', `${pods}?limit=x`, undefined, 400, 'BadRequest', /limit/],
    ['GET', `${pods}?limit=1&continue=x`, undefined, 410, 'Expired', /continue parameter is too old/],
    ['GET', `${pods}?watch=1&resourceVersion=x`, undefined, 400, 'BadRequest', /resourceVersion/],
  ])('%s %s (case %$)', async (method, path, body, code, reason, message) => {
    const answer = await cluster.call(method, path, body);
    expect(answer.code).toBe(code);
    expect(answer.body).toMatchObject({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason });
    expect(answer.body.message).toMatch(message);
  });

  it('needs somebody to be known', async () => {
    expect((await cluster.call('GET', pods, undefined, { anonymous: true })).code).toBe(401);
    expect((await cluster.call('GET', pods, undefined, { token: 'made-up' })).code).toBe(401);
    expect((await cluster.call('GET', '/version', undefined, { anonymous: true })).code).toBe(200);
  });

  it('names every field that is wrong', async () => {
    const pod = {
      metadata: { name: 'bad' },
      spec: { restartPolicy: 'Sometimes', containers: [{ image: 'x' }, { name: 'a' }] },
    };
    const { body } = await cluster.call('POST', pods, pod);
    expect(body.details.causes.map(({ field }: { field: string }) => field).sort()).toEqual([
      'spec.containers[0].name',
      'spec.containers[1].image',
      'spec.restartPolicy',
    ]);
  });

  it('tells of unknown fields as it is asked to', async () => {
    const pod = { ...podManifest('unknown'), spec: { ...podManifest('x').spec, colour: 'red' } };
    const strict = await cluster.call('POST', `${pods}?fieldValidation=Strict`, pod);
    expect(strict.code).toBe(400);
    expect(strict.body.message).toContain('strict decoding error: unknown field "spec.colour"');
    const warned = await cluster.call('POST', pods, pod);
    expect(warned.headers['warning']).toBe('299 - "unknown field \\"spec.colour\\""');
    expect(warned.body.spec.colour).toBeUndefined();
  });
});

describe('objects', () => {
  it('get what the server decides', async () => {
    const { code, body } = await cluster.call('POST', pods, {
      ...podManifest('x'),
      metadata: { generateName: 'gen-' },
    });
    expect(code).toBe(201);
    expect(body.metadata.name).toMatch(/^gen-[a-z0-9]{5}$/);
    expect(body.metadata.uid).toMatch(/^[0-9a-f-]{36}$/);
    expect(body.spec).toMatchObject({
      restartPolicy: 'Always',
      dnsPolicy: 'ClusterFirst',
      serviceAccountName: 'default',
    });
    expect(body.status).toEqual({ phase: 'Pending', qosClass: 'BestEffort' });
  });

  it('are not stored by a dry run', async () => {
    expect((await cluster.call('POST', `${pods}?dryRun=All`, podManifest('dry'))).code).toBe(201);
    expect((await cluster.call('GET', `${pods}/dry`)).code).toBe(404);
  });

  it('are there once', async () => {
    await cluster.call('POST', pods, podManifest('once'));
    const again = await cluster.call('POST', pods, podManifest('once'));
    expect(again.body).toMatchObject({ code: 409, reason: 'AlreadyExists', message: 'pods "once" already exists' });
  });

  it('are changed by those who know how they are', async () => {
    const path = `${namespacePath}/configmaps`;
    const { body: made } = await cluster.call('POST', path, { metadata: { name: 'lock' }, data: { a: '1' } });
    const changed = await cluster.call('PUT', `${path}/lock`, { ...made, data: { a: '2' } });
    expect(changed.code).toBe(200);
    const late = await cluster.call('PUT', `${path}/lock`, { ...made, data: { a: '3' } });
    expect(late.body).toMatchObject({ code: 409, reason: 'Conflict' });
    expect((await cluster.call('GET', `${path}/lock`)).body.data).toEqual({ a: '2' });
  });

  it('keep their version when nothing changes', async () => {
    const path = `${namespacePath}/configmaps`;
    const { body: made } = await cluster.call('POST', path, { metadata: { name: 'same' }, data: { a: '1' } });
    const patched = await cluster.call(
      'PATCH',
      `${path}/same`,
      { data: { a: '1' } },
      { contentType: 'application/merge-patch+json' },
    );
    expect(patched.body.metadata.resourceVersion).toBe(made.metadata.resourceVersion);
  });

  it('have a status of their own', async () => {
    await cluster.call('POST', pods, { ...podManifest('status'), status: { phase: 'Running' } });
    const contentType = 'application/strategic-merge-patch+json';
    const condition = (type: string, status: string) => ({ status: { conditions: [{ type, status }] } });
    await cluster.call('PATCH', `${pods}/status/status`, condition('Ready', 'False'), { contentType });
    await cluster.call('PATCH', `${pods}/status/status`, condition('Initialized', 'True'), { contentType });
    await cluster.call('PATCH', `${pods}/status/status`, condition('Ready', 'True'), { contentType });
    await cluster.call('PATCH', `${pods}/status`, { status: { phase: 'Failed' } }, { contentType });
    const { body } = await cluster.call('GET', `${pods}/status`);
    expect(body.status.phase).toBe('Pending');
    expect(body.status.conditions).toEqual([
      { type: 'Ready', status: 'True' },
      { type: 'Initialized', status: 'True' },
    ]);
  });

  it('cannot change what is fixed', async () => {
    await cluster.call('POST', pods, podManifest('fixed', { node: 'a' }));
    const contentType = 'application/merge-patch+json';
    const moved = await cluster.call('PATCH', `${pods}/fixed`, { spec: { nodeName: 'b' } }, { contentType });
    expect(moved.body).toMatchObject({
      code: 422,
      message: expect.stringContaining('pod updates may not change fields'),
    });
    const image = await cluster.call(
      'PATCH',
      `${pods}/fixed`,
      [{ op: 'replace', path: '/spec/containers/0/image', value: 'y' }],
      { contentType: 'application/json-patch+json' },
    );
    expect(image.body.spec.containers[0].image).toBe('y');
  });
});

describe('deletion', () => {
  it('waits for the kubelet of a Pod that runs somewhere', async () => {
    await cluster.call('POST', pods, podManifest('running', { node: 'a' }));
    const marked = await cluster.call('DELETE', `${pods}/running`);
    expect(marked.body.metadata).toMatchObject({ deletionGracePeriodSeconds: 30 });
    expect((await cluster.call('GET', `${pods}/running`)).code).toBe(200);
    await cluster.call('DELETE', `${pods}/running?gracePeriodSeconds=0`);
    expect((await cluster.call('GET', `${pods}/running`)).code).toBe(404);
  });

  it('waits for finalizers', async () => {
    const path = `${namespacePath}/configmaps`;
    await cluster.call('POST', path, { metadata: { name: 'held', finalizers: ['example.com/hold'] } });
    await cluster.call('DELETE', `${path}/held`);
    const held = await cluster.call('GET', `${path}/held`);
    expect(held.body.metadata.deletionTimestamp).toBeDefined();
    const contentType = 'application/merge-patch+json';
    await cluster.call('PATCH', `${path}/held`, { metadata: { finalizers: null } }, { contentType });
    expect((await cluster.call('GET', `${path}/held`)).code).toBe(404);
  });

  it('refuses another object of the same name', async () => {
    await cluster.call('POST', pods, podManifest('precondition'));
    const answer = await cluster.call('DELETE', `${pods}/precondition`, { preconditions: { uid: 'other' } });
    expect(answer.body).toMatchObject({ code: 409, reason: 'Conflict' });
  });

  it('takes a selection of a collection', async () => {
    for (const name of ['c1', 'c2', 'c3']) {
      await cluster.call('POST', pods, podManifest(name, { labels: { set: name === 'c3' ? 'b' : 'a' } }));
    }
    await cluster.call('DELETE', `${pods}?labelSelector=set%3Da`);
    const left = await cluster.call('GET', `${pods}?labelSelector=set`);
    expect(left.body.items.map(({ metadata }: { metadata: { name: string } }) => metadata.name)).toEqual(['c3']);
  });

  it('empties a namespace before it goes', async () => {
    await cluster.call('POST', '/api/v1/namespaces', { metadata: { name: 'going' } });
    const inside = '/api/v1/namespaces/going';
    await eventually(
      () => cluster.call('GET', `${inside}/configmaps/kube-root-ca.crt`),
      ({ code }) => code === 200,
    );
    expect((await cluster.call('GET', `${inside}/serviceaccounts/default`)).code).toBe(200);
    await cluster.call('POST', `${inside}/pods`, podManifest('slow', { node: 'a' }));
    const deleted = await cluster.call('DELETE', inside);
    expect(deleted.body.status.phase).toBe('Terminating');
    expect((await cluster.call('POST', `${inside}/pods`, podManifest('late'))).code).toBe(403);
    const { body } = await eventually(
      () => cluster.call('GET', `${inside}/pods/slow`),
      (pod) => pod.body.metadata?.deletionTimestamp !== undefined,
    );
    expect(body.metadata.name).toBe('slow');
    await cluster.call('DELETE', `${inside}/pods/slow?gracePeriodSeconds=0`);
    await eventually(
      () => cluster.call('GET', inside),
      ({ code }) => code === 404,
    );
  });
});

describe('garbage collection', () => {
  const configMaps = `${namespacePath}/configmaps`;
  const owned = async (owner: string, name: string, block = false) => {
    const { body } = await cluster.call('POST', configMaps, { metadata: { name: owner } });
    const { uid } = body.metadata;
    const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: owner, uid, blockOwnerDeletion: block }];
    await cluster.call('POST', configMaps, { metadata: { name, ownerReferences } });
  };
  const exists = (name: string) => cluster.call('GET', `${configMaps}/${name}`);

  it('takes what an owner leaves behind', async () => {
    await owned('owner', 'owned');
    await cluster.call('DELETE', `${configMaps}/owner`);
    await eventually(
      () => exists('owned'),
      ({ code }) => code === 404,
    );
  });

  it('takes what names an owner that never was', async () => {
    const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'ghost', uid: 'ghost' }];
    await cluster.call('POST', configMaps, { metadata: { name: 'lost', ownerReferences } });
    await eventually(
      () => exists('lost'),
      ({ code }) => code === 404,
    );
  });

  it('keeps dependents that are to be orphans', async () => {
    await owned('parent', 'orphan');
    await cluster.call('DELETE', `${configMaps}/parent?propagationPolicy=Orphan`);
    await eventually(
      () => exists('parent'),
      ({ code }) => code === 404,
    );
    const { body } = await exists('orphan');
    expect(body.metadata.ownerReferences).toBeUndefined();
  });

  it('deletes dependents first when asked to', async () => {
    await owned('last', 'first', true);
    await cluster.call(
      'PATCH',
      `${configMaps}/first`,
      { metadata: { finalizers: ['example.com/hold'] } },
      { contentType: 'application/merge-patch+json' },
    );
    await cluster.call('DELETE', `${configMaps}/last?propagationPolicy=Foreground`);
    await eventually(
      () => exists('first'),
      ({ body }) => body.metadata.deletionTimestamp !== undefined,
    );
    expect((await exists('last')).code).toBe(200);
    await cluster.call(
      'PATCH',
      `${configMaps}/first`,
      { metadata: { finalizers: null } },
      { contentType: 'application/merge-patch+json' },
    );
    await eventually(
      () => exists('last'),
      ({ code }) => code === 404,
    );
  });
});

describe('lists', () => {
  it('come in pages of one moment', async () => {
    await cluster.call('POST', '/api/v1/namespaces', { metadata: { name: 'pages' } });
    const path = '/api/v1/namespaces/pages/configmaps';
    for (let index = 0; index < 5; index++)
      await cluster.call('POST', path, { metadata: { name: `item-${index}`, labels: { page: 'y' } } });
    const first = await cluster.call('GET', `${path}?labelSelector=page&limit=2`);
    expect(first.body.metadata.remainingItemCount).toBe(3);
    await cluster.call('DELETE', `${path}/item-3`);
    await cluster.call('POST', path, { metadata: { name: 'item-9', labels: { page: 'y' } } });
    const names: string[] = [];
    let page = first;
    for (;;) {
      names.push(...page.body.items.map(({ metadata }: { metadata: { name: string } }) => metadata.name));
      expect(page.body.metadata.resourceVersion).toBe(first.body.metadata.resourceVersion);
      const token = page.body.metadata.continue;
      if (!token) break;
      page = await cluster.call('GET', `${path}?labelSelector=page&limit=2&continue=${token}`);
    }
    expect(names).toEqual(['item-0', 'item-1', 'item-2', 'item-3', 'item-4']);
  });

  it('can be tables, and metadata alone', async () => {
    const table = await cluster.call('GET', pods, undefined, {
      accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json',
    });
    expect(table.body.kind).toBe('Table');
    expect(table.body.columnDefinitions.map(({ name }: { name: string }) => name).slice(0, 5)).toEqual([
      'Name',
      'Ready',
      'Status',
      'Restarts',
      'Age',
    ]);
    const metadata = await cluster.call('GET', pods, undefined, {
      accept: 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io',
    });
    expect(Object.keys(metadata.body.items[0])).toEqual(['kind', 'apiVersion', 'metadata']);
  });
});

describe('Services', () => {
  const services = `${namespacePath}/services`;
  const service = (name: string, spec: object) => ({ metadata: { name }, spec: { ports: [{ port: 80 }], ...spec } });

  it('get addresses and ports of their own', async () => {
    const { body: a } = await cluster.call('POST', services, service('a', {}));
    expect(a.spec).toMatchObject({
      type: 'ClusterIP',
      clusterIP: '10.96.0.2',
      clusterIPs: ['10.96.0.2'],
      ipFamilies: ['IPv4'],
      ipFamilyPolicy: 'SingleStack',
    });
    const { body: b } = await cluster.call(
      'POST',
      services,
      service('b', { type: 'NodePort', ipFamilyPolicy: 'PreferDualStack' }),
    );
    expect(b.spec.clusterIPs).toEqual(['10.96.0.3', 'fd00:10:96::2']);
    expect(b.spec.ports[0].nodePort).toBeGreaterThanOrEqual(30_000);
    const taken = await cluster.call('POST', services, service('c', { clusterIP: '10.96.0.3' }));
    expect(taken.body).toMatchObject({
      code: 422,
      message: expect.stringContaining('provided IP is already allocated'),
    });
    const port = b.spec.ports[0].nodePort as number;
    const same = await cluster.call(
      'POST',
      services,
      service('d', { type: 'NodePort', ports: [{ port: 1, nodePort: port }] }),
    );
    expect(same.body.message).toContain('provided port is already allocated');
    await cluster.call('DELETE', `${services}/b`);
    expect((await cluster.call('POST', services, service('c', { clusterIP: '10.96.0.3' }) as never)).code).toBe(201);
  });

  it('keep them when an update leaves them out', async () => {
    const { body } = await cluster.call('POST', services, service('keep', { type: 'NodePort' }));
    const updated = await cluster.call(
      'PUT',
      `${services}/keep`,
      service('keep', { type: 'NodePort', selector: { a: 'b' } }),
    );
    expect(updated.body.spec.clusterIP).toBe(body.spec.clusterIP);
    expect(updated.body.spec.ports).toEqual(body.spec.ports);
    const headless = await cluster.call('POST', services, service('headless', { clusterIP: 'None' }));
    expect(headless.body.spec.clusterIPs).toEqual(['None']);
  });
});

describe('versions of one resource', () => {
  it('show the same EndpointSlice each in its own way', async () => {
    const endpoints = [
      {
        addresses: ['192.0.2.1'],
        topology: { 'kubernetes.io/hostname': 'node-1', 'topology.kubernetes.io/zone': 'z' },
      },
    ];
    const made = await cluster.call('POST', '/apis/discovery.k8s.io/v1beta1/namespaces/default/endpointslices', {
      metadata: { name: 'slice' },
      addressType: 'IPv4',
      endpoints,
      ports: [{ port: 80 }],
    });
    expect(made.body).toMatchObject({
      apiVersion: 'discovery.k8s.io/v1beta1',
      endpoints: [{ topology: endpoints[0]?.topology }],
    });
    const { body } = await cluster.call('GET', '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/slice');
    expect(body.apiVersion).toBe('discovery.k8s.io/v1');
    expect(body.endpoints).toEqual([{ addresses: ['192.0.2.1'], nodeName: 'node-1', zone: 'z' }]);
  });
});

describe('subresources', () => {
  it('binds a Pod once', async () => {
    await cluster.call('POST', pods, podManifest('bound'));
    const binding = { target: { kind: 'Node', name: 'a' } };
    expect((await cluster.call('POST', `${pods}/bound/binding`, binding)).code).toBe(201);
    expect((await cluster.call('GET', `${pods}/bound`)).body.spec.nodeName).toBe('a');
    expect((await cluster.call('POST', `${pods}/bound/binding`, binding)).code).toBe(409);
  });

  it('scales', async () => {
    const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } };
    const path = '/apis/apps/v1/namespaces/default/deployments';
    await cluster.call('POST', path, {
      metadata: { name: 'd' },
      spec: { selector: { matchLabels: { a: 'b' } }, template },
    });
    const scaled = await cluster.call(
      'PATCH',
      `${path}/d/scale`,
      { spec: { replicas: 3 } },
      { contentType: 'application/merge-patch+json' },
    );
    expect(scaled.body).toMatchObject({ kind: 'Scale', spec: { replicas: 3 }, status: { selector: 'a=b' } });
    expect((await cluster.call('GET', `${path}/d`)).body).toMatchObject({
      spec: { replicas: 3 },
      metadata: { generation: 2 },
    });
  });
});
