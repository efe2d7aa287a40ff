import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../object.js';
import {
  eventually,
  startTestCluster,
  widgetDefinition,
  widgetsPath,
  type TestCluster,
} from '../fixtures/test-cluster.js';

let cluster: TestCluster;
const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const merge = { contentType: 'application/merge-patch+json' };
const widget = (name: string, spec: object) =>
  ({ apiVersion: 'demo.example.com/v1', kind: 'Widget', metadata: { name }, spec }) as never;

beforeAll(async () => {
  cluster = await startTestCluster();
  const made = await cluster.call('POST', definitions, widgetDefinition);
  expect(made.code).toBe(201);
});
afterAll(() => cluster.stop());

describe('a definition', () => {
  it('is served at once, and says so', async () => {
    const { body } = await cluster.call('GET', `${definitions}/widgets.demo.example.com`);
    expect(body.status.conditions).toMatchObject([
      { type: 'NamesAccepted', status: 'True' },
      { type: 'Established', status: 'True' },
    ]);
    expect(body.status).toMatchObject({
      storedVersions: ['v1'],
      acceptedNames: { kind: 'Widget', listKind: 'WidgetList' },
    });
    const group = await cluster.call('GET', '/apis/demo.example.com');
    expect(group.body.preferredVersion.version).toBe('v1');
    const list = await cluster.call('GET', '/apis/demo.example.com/v1');
    expect(list.body.resources.map(({ name }: { name: string }) => name)).toEqual([
      'widgets',
      'widgets/scale',
      'widgets/status',
    ]);
    const openapi = await cluster.call('GET', '/openapi/v3/apis/demo.example.com/v1');
    expect(
      openapi.body.components.schemas['com.example.demo.v1.Widget'].properties.spec.properties.size.description,
    ).toBe('How big it is.');
  });

  it('is refused where it makes no sense', async () => {
    const { spec } = widgetDefinition;
    const [v1] = spec.versions;
    const cases: [object, string][] = [
      [{ ...spec, group: 'other.example.com' }, 'metadata.name'],
      [{ ...spec, scope: 'Everywhere' }, 'spec.scope'],
      [{ ...spec, versions: spec.versions.map((version) => ({ ...version, storage: true })) }, 'spec.versions'],
      [{ ...spec, versions: [{ ...v1, schema: undefined }] }, 'spec.versions[0].schema.openAPIV3Schema'],
      [
        {
          ...spec,
          versions: [
            { ...v1, schema: { openAPIV3Schema: { type: 'object', properties: { spec: { properties: {} } } } } },
          ],
        },
        'spec.versions[0].schema.openAPIV3Schema.properties[spec].type',
      ],
    ];
    for (const [bad, field] of cases) {
      const name = 'widgets.demo.example.com';
      const { body } = await cluster.call('POST', `${definitions}?dryRun=All`, {
        ...widgetDefinition,
        metadata: { name },
        spec: bad,
      } as never);
      expect(body, field).toMatchObject({ code: 422, reason: 'Invalid' });
      expect(body.details.causes.map((cause: { field: string }) => cause.field)).toContain(field);
    }
  });

  it('does not take the names of another', async () => {
    const spec = { ...widgetDefinition.spec, names: { kind: 'Other', plural: 'others', shortNames: ['wd'] } };
    await cluster.call('POST', definitions, {
      ...widgetDefinition,
      metadata: { name: 'others.demo.example.com' },
      spec,
    });
    const { body } = await cluster.call('GET', `${definitions}/others.demo.example.com`);
    expect(body.status.conditions).toMatchObject([
      { type: 'NamesAccepted', status: 'False', message: '"wd" is already in use' },
      { status: 'False' },
    ]);
    expect((await cluster.call('GET', '/apis/demo.example.com/v1/others')).code).toBe(404);
    await cluster.call('DELETE', `${definitions}/others.demo.example.com`);
  });

  it('does not take the place of a built-in resource, nor does it take that along', async () => {
    const schema = { openAPIV3Schema: { type: 'object' } };
    const shadow = {
      metadata: { name: 'deployments.apps' },
      spec: {
        group: 'apps',
        scope: 'Namespaced',
        names: { plural: 'deployments', kind: 'Deployment' },
        versions: [{ name: 'v1', served: true, storage: true, schema }],
      },
    };
    const deployments = '/apis/apps/v1/namespaces/default/deployments';
    const labels = { a: 'b' };
    const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'x' }] } };
    const spec = { replicas: 0, selector: { matchLabels: labels }, template };
    expect((await cluster.call('POST', deployments, { metadata: { name: 'kept' }, spec })).code).toBe(201);
    expect((await cluster.call('POST', definitions, shadow)).code).toBe(201);
    const refused = await eventually(
      () => cluster.call('GET', `${definitions}/deployments.apps`),
      ({ body }) => body.status !== undefined,
    );
    expect(refused.body.status.conditions[0]).toMatchObject({ type: 'NamesAccepted', status: 'False' });
    await cluster.call('DELETE', `${definitions}/deployments.apps`);
    await eventually(
      () => cluster.call('GET', `${definitions}/deployments.apps`),
      ({ code }) => code === 404,
    );
    expect((await cluster.call('GET', `${deployments}/kept`)).body.spec.progressDeadlineSeconds).toBe(600);
  });

  it('takes its objects along although it serves them no more', async () => {
    const version = (served: boolean): object => ({
      name: 'v1',
      served,
      storage: true,
      schema: { openAPIV3Schema: { type: 'object' } },
    });
    const names = { plural: 'gadgets', kind: 'Gadget' };
    const spec = { group: 'old.example.com', scope: 'Cluster', names, versions: [version(true)] } as JsonObject;
    const gadgets = '/apis/old.example.com/v1/gadgets';
    await cluster.call('POST', definitions, { metadata: { name: 'gadgets.old.example.com' }, spec });
    const gadget = { apiVersion: 'old.example.com/v1', kind: 'Gadget', metadata: { name: 'g' } };
    await eventually(
      () => cluster.call('POST', gadgets, gadget),
      ({ code }) => code === 201,
    );
    const path = `${definitions}/gadgets.old.example.com`;
    await cluster.call('PATCH', path, { spec: { versions: [version(false)] } } as JsonObject, merge);
    await eventually(
      () => cluster.call('GET', gadgets),
      ({ code }) => code === 404,
    );
    await cluster.call('DELETE', path);
    await eventually(
      () => cluster.call('GET', path),
      ({ code }) => code === 404,
    );
    await cluster.call('POST', definitions, { metadata: { name: 'gadgets.old.example.com' }, spec });
    const list = await eventually(
      () => cluster.call('GET', gadgets),
      ({ code }) => code === 200,
    );
    expect(list.body.items).toEqual([]);
  });
});

describe('custom objects', () => {
  it.each([
    [
      'a type',
      { size: 'big' },
      'spec.size',
      'Invalid value: "string": spec.size in body must be of type integer: "string"',
    ],
    ['a bound', { size: 0 }, 'spec.size', 'Invalid value: 0: spec.size in body should be greater than or equal to 1'],
    [
      'a choice',
      { size: 1, color: 'green' },
      'spec.color',
      'Unsupported value: "green": supported values: "red", "blue"',
    ],
    ['a missing field', { color: 'red' }, 'spec.size', 'Required value'],
    [
      'a format',
      { size: 1, peer: '300.1.1.1' },
      'spec.peer',
      'Invalid value: "300.1.1.1": spec.peer in body must be of type ipv4: "300.1.1.1"',
    ],
    ['a null', { size: null }, 'spec.size', 'Invalid value: "null": spec.size in body must be of type integer: "null"'],
    [
      'a key twice',
      { size: 1, parts: [{ name: 'a' }, { name: 'a' }] },
      'spec.parts[1]',
      'Duplicate value: {"name":"a"}',
    ],
    [
      'neither number nor text',
      { size: 1, port: true },
      'spec.port',
      'Invalid value: "boolean": spec.port in body must be of type integer,string: "boolean"',
    ],
  ])('are held against the schema: %s', async (_what, spec, field, message) => {
    const { body } = await cluster.call('POST', widgetsPath, widget('bad', spec));
    expect(body).toMatchObject({ code: 422, details: { causes: [{ field, message }] } });
  });

  it('get defaults, and lose what the schema does not know', async () => {
    const spec = {
      size: 2,
      note: null,
      extra: 1,
      free: { any: 'thing' },
      parts: [{ name: 'a', more: 1 }],
      port: '80%',
    };
    const { body } = await cluster.call('POST', widgetsPath, widget('good', spec));
    expect(body.spec).toEqual({
      size: 2,
      color: 'red',
      note: null,
      free: { any: 'thing' },
      parts: [{ name: 'a', count: 1 }],
      port: '80%',
    });
    const strict = await cluster.call('POST', `${widgetsPath}?fieldValidation=Strict`, widget('strict', spec));
    expect(strict.body.message).toContain('unknown field "spec.extra", unknown field "spec.parts[0].more"');
  });

  it('have a status apart, and generations', async () => {
    await cluster.call('POST', widgetsPath, {
      ...(widget('st', { size: 1 }) as object),
      status: { phase: 'x' },
    });
    const status = await cluster.call(
      'PATCH',
      `${widgetsPath}/st/status`,
      { spec: { size: 9 }, status: { phase: 'Ready' } },
      merge,
    );
    expect(status.body).toMatchObject({ spec: { size: 1 }, status: { phase: 'Ready' }, metadata: { generation: 1 } });
    const changed = await cluster.call(
      'PATCH',
      `${widgetsPath}/st`,
      { spec: { size: 3 }, status: { phase: 'Lost' } },
      merge,
    );
    expect(changed.body).toMatchObject({ spec: { size: 3 }, status: { phase: 'Ready' }, metadata: { generation: 2 } });
    const scale = await cluster.call('GET', `${widgetsPath}/st/scale`);
    expect(scale.body).toMatchObject({ kind: 'Scale', spec: { replicas: 3 } });
  });

  it('are the same in every version', async () => {
    await cluster.call('POST', widgetsPath, widget('both', { size: 1 }));
    const path = widgetsPath.replace('/v1/', '/v1alpha1/');
    const { body } = await cluster.call('GET', `${path}/both`);
    expect(body).toMatchObject({ apiVersion: 'demo.example.com/v1alpha1', spec: { size: 1 } });
  });

  it('take no strategic patch, and no update of an unknown state', async () => {
    await cluster.call('POST', widgetsPath, widget('plain', { size: 1 }));
    const strategic = await cluster.call(
      'PATCH',
      `${widgetsPath}/plain`,
      {},
      { contentType: 'application/strategic-merge-patch+json' },
    );
    expect(strategic.code).toBe(415);
    const blind = await cluster.call('PUT', `${widgetsPath}/plain`, widget('plain', { size: 2 }));
    expect(blind.body.message).toContain('metadata.resourceVersion');
  });

  it('go with their definition', async () => {
    await cluster.call('POST', widgetsPath, {
      ...(widget('held', { size: 1 }) as object),
      metadata: { name: 'held', finalizers: ['example.com/hold'] },
    });
    await cluster.call('DELETE', `${definitions}/widgets.demo.example.com`);
    await eventually(
      () => cluster.call('GET', widgetsPath),
      ({ body }) => body.items.length === 1,
    );
    await cluster.call('PATCH', `${widgetsPath}/held`, { metadata: { finalizers: null } }, merge);
    await eventually(
      () => cluster.call('GET', '/apis/demo.example.com/v1'),
      ({ code }) => code === 404,
    );
    expect((await cluster.call('GET', `${definitions}/widgets.demo.example.com`)).code).toBe(404);
  });
});
