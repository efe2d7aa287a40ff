import { request } from 'node:https';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import {
  eventually,
  namespacePath,
  podManifest,
  startTestCluster,
  type TestCluster,
} from '../fixtures/test-cluster.js';

let cluster: TestCluster;
let credentials: { cert: Buffer; key: Buffer };
const open: (() => void)[] = [];
const configMaps = `${namespacePath}/configmaps`;
const merge = { contentType: 'application/merge-patch+json' };

beforeAll(async () => {
  cluster = await startTestCluster();
  const config = parse(await cluster.server.kubeconfig({ server: cluster.url })) as {
    users: [{ user: Record<string, string> }];
  };
  const pem = (name: string): Buffer => Buffer.from(config.users[0].user[name] ?? '', 'base64');
  credentials = { cert: pem('client-certificate-data'), key: pem('client-key-data') };
});
afterEach(() => {
  for (const close of open.splice(0)) close();
});
afterAll(() => cluster.stop());

interface Event {
  readonly type: string;
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly object: any;
}

/** A watch whose events collect in a list. */
async function watch(
  path: string,
  headers: Record<string, string> = {},
): Promise<{ events: Event[]; ended: () => boolean }> {
  const events: Event[] = [];
  let over = false;
  await new Promise<void>((resolve, reject) => {
    const call = request(
      `${cluster.url}${path}`,
      { ca: cluster.server.caPem, ...credentials, headers, agent: false },
      (response) => {
        let rest = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          const lines = (rest + chunk).split('\n');
          rest = lines.pop() ?? '';
          for (const line of lines) events.push(JSON.parse(line) as Event);
        });
        response.on('close', () => (over = true));
        resolve();
      },
    );
    call.on('error', reject);
    call.end();
    open.push(() => call.destroy());
  });
  return { events, ended: () => over };
}

const brief = (events: readonly Event[]): string[] =>
  events.map(({ type, object }) => `${type} ${object.metadata?.name ?? object.reason}`);
const version = async (): Promise<string> =>
  (await cluster.call('GET', configMaps)).body.metadata.resourceVersion as string;
const seen = (events: Event[], count: number): Promise<Event[]> =>
  eventually(
    async () => events,
    (list) => list.length >= count,
  );

describe('watches', () => {
  it('begin with what is there, or after a version', async () => {
    const path = `${configMaps}?watch=true&labelSelector=w%3Done`;
    const before = await version();
    await cluster.call('POST', configMaps, { metadata: { name: 'w1', labels: { w: 'one' } } });
    const present = await watch(path);
    const resumed = await watch(`${path}&resourceVersion=${before}`);
    await cluster.call('PATCH', `${configMaps}/w1`, { data: { a: '1' } }, merge);
    await cluster.call('DELETE', `${configMaps}/w1`);
    for (const { events } of [present, resumed]) {
      expect(brief(await seen(events, 3))).toEqual(['ADDED w1', 'MODIFIED w1', 'DELETED w1']);
    }
    const versions = resumed.events.map(({ object }) => Number(object.metadata.resourceVersion));
    expect(versions).toEqual([...versions].sort((a, b) => a - b));
  });

  it('tell when an object comes into a selection and leaves it', async () => {
    const { events } = await watch(
      `${configMaps}?watch=true&labelSelector=in%3Dyes&resourceVersion=${await version()}`,
    );
    await cluster.call('POST', configMaps, { metadata: { name: 'sel', labels: { in: 'no' } } });
    await cluster.call('PATCH', `${configMaps}/sel`, { metadata: { labels: { in: 'yes' } } }, merge);
    await cluster.call('PATCH', `${configMaps}/sel`, { metadata: { labels: { in: 'no' } } }, merge);
    expect(brief(await seen(events, 2))).toEqual(['ADDED sel', 'DELETED sel']);
  });

  it('choose by field', async () => {
    const pods = `${namespacePath}/pods`;
    const { events } = await watch(`/api/v1/pods?watch=true&fieldSelector=spec.nodeName%3Dnode-1`);
    await cluster.call('POST', pods, podManifest('elsewhere', { node: 'node-2' }));
    await cluster.call('POST', pods, podManifest('here', { node: 'node-1' }));
    expect(brief(await seen(events, 1))).toEqual(['ADDED here']);
  });

  it('end with 410 where the past is forgotten', async () => {
    const old = await version();
    await cluster.call('POST', configMaps, { metadata: { name: 'forgotten' } });
    cluster.server.compact();
    const { events, ended } = await watch(`${configMaps}?watch=true&resourceVersion=${old}`);
    await eventually(async () => ended(), Boolean);
    expect(events).toMatchObject([{ type: 'ERROR', object: { code: 410, reason: 'Expired' } }]);
    const future = await cluster.call('GET', `${configMaps}?watch=true&resourceVersion=99999999`);
    expect(future.body).toMatchObject({ code: 410 });
  });

  it('mark the end of what was there, and close with a bookmark', async () => {
    const query =
      'watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&timeoutSeconds=1';
    const { events, ended } = await watch(`${configMaps}?${query}&fieldSelector=metadata.name%3Dkube-root-ca.crt`);
    await eventually(async () => ended(), Boolean);
    expect(events.map(({ type }) => type)).toEqual(['ADDED', 'BOOKMARK', 'BOOKMARK']);
    expect(events[1]?.object.metadata.annotations).toEqual({ 'k8s.io/initial-events-end': 'true' });
    expect(Number(events[2]?.object.metadata.resourceVersion)).toBeGreaterThan(1);
  });

  it('are tables for those who ask, with columns once', async () => {
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io';
    const { events } = await watch(`${configMaps}?watch=true&resourceVersion=${await version()}`, { accept });
    for (const name of ['t1', 't2']) await cluster.call('POST', configMaps, { metadata: { name } });
    const [first, second] = await seen(events, 2);
    expect(first?.object.columnDefinitions[0].name).toBe('Name');
    expect(second?.object.columnDefinitions).toBeNull();
    expect(second?.object.rows[0].cells[0]).toBe('t2');
  });
});
