import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually, Lab, patience } from './lab.js';
import { acnp, app, k8s, list } from './policies.js';
import { echoServer } from './probes.js';

interface Side {
  readonly action: string;
}
interface InstalledAt extends Side {
  readonly node: string;
  readonly decisions: readonly { readonly by: string; readonly conjunctionId?: number }[];
}
interface Explanation {
  readonly agree: boolean | null;
  readonly intent: Side;
  readonly installed: Partial<Side> & { readonly nodes: readonly InstalledAt[] };
  readonly differences: readonly string[];
  readonly known: readonly string[];
  /** To a Service: of each Endpoint. */
  readonly endpoints: readonly (Explanation & {
    readonly packet: { readonly destination: string; readonly port: number };
  })[];
}

const lab = new Lab('explain');

beforeAll(async () => {
  await lab.up('--nodes', '2', '--ip', 'dual');
  const command = ['node', '-e', echoServer];
  await lab.pods([
    { name: 'web', node: 'node-1', labels: { app: 'web', served: 'yes' }, command },
    { name: 'far', node: 'node-2', labels: { app: 'client', served: 'yes' }, command },
  ]);
}, 200_000 * patience);
afterEach(() => lab.kubectl(['delete', 'networkpolicy,acnp', '--all']));
afterAll(() => lab.down(), 60_000 * patience);

const apply = (...policies: object[]): Promise<string> =>
  lab.kubectl(['apply', '-f', '-'], JSON.stringify(list(policies)));

async function explain(...args: string[]): Promise<{ exitCode: number } & Explanation> {
  const { exitCode, stdout, stderr } = await lab.run(['antctl', 'explain', ...args, '-o', 'json']);
  expect(stdout, stderr).not.toBe('');
  return { exitCode, ...(JSON.parse(stdout) as Explanation) };
}

/** Waits until switches have what was just written. */
const agreed = (...args: string[]): Promise<Explanation> =>
  eventually(async () => {
    const explanation = await explain(...args);
    expect(explanation, JSON.stringify(explanation.differences)).toMatchObject({ agree: true, exitCode: 0 });
    return explanation;
  });

const between = ['--from', 'default/far', '--to', 'default/web', '--port', '80'];
const dropFar = acnp({
  appliedTo: [app('web')],
  ingress: [{ action: 'Drop', name: 'no-clients', from: [app('client')] }],
});

it.each([
  { name: 'nobody says anything', policies: [], action: 'Allow', by: 'none' },
  { name: 'an ACNP drops', policies: [dropFar], action: 'Drop', by: 'rule' },
  {
    name: 'an ACNP rejects what is sent',
    policies: [acnp({ appliedTo: [app('client')], egress: [{ action: 'Reject', to: [app('web')] }] })],
    action: 'Reject',
    by: 'rule',
  },
  { name: 'a Kubernetes policy isolates', policies: [k8s(app('web'))], action: 'Drop', by: 'isolation' },
  {
    name: 'a Kubernetes policy allows',
    policies: [k8s({ ...app('web'), ingress: [{ from: [app('client')], ports: [{ port: 80 }] }] })],
    action: 'Allow',
    by: 'rule',
  },
])('intent and flows agree where $name', async ({ policies, action, by }) => {
  if (policies.length > 0) await apply(...policies);
  for (const family of ['4', '6']) {
    const { intent, installed } = await agreed(...between, '-F', family);
    expect([intent.action, installed.action]).toEqual([action, action]);
    expect(installed.nodes.at(-1)?.decisions.at(-1)).toMatchObject({ by });
  }
});

it('packets from outside of the cluster are explained, too', async () => {
  await apply(
    acnp({ appliedTo: [app('web')], ingress: [{ action: 'Drop', from: [{ ipBlock: { cidr: '203.0.113.0/24' } }] }] }),
  );
  const { installed } = await agreed('--from', '203.0.113.9', '--to', 'default/web');
  expect(installed.nodes.map(({ node, action }) => [node, action])).toEqual([['node-1', 'Drop']]);
  expect(await agreed('--from', '198.51.100.1', '--to', 'default/web')).toMatchObject({ intent: { action: 'Allow' } });
});

describe('a Service', () => {
  const service = (name: string, spec: object): object => {
    const ports = [{ port: 80, targetPort: 8080 }];
    return { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { ports, ...spec } };
  };
  const to = (name: string): string[] => ['--from', 'default/far', '--to', name, '--port', '80'];
  const verdicts = ({ endpoints }: Explanation): string[] =>
    endpoints.map(
      ({ packet, intent, installed }) => `${packet.destination}:${packet.port} ${intent.action} ${installed.action}`,
    );

  it('is explained by each Endpoint that may get the connection', async () => {
    await apply(
      dropFar,
      service('all', { selector: { served: 'yes' } }),
      service('local', { selector: { served: 'yes' }, internalTrafficPolicy: 'Local' }),
    );
    const [web, far] = [(await lab.podIps('web'))[0], (await lab.podIps('far'))[0]];
    const address = await lab.kubectl(['get', 'service', 'all', '-o', 'jsonpath={.spec.clusterIP}']);
    const toItself = `${far}:8080 Allow Allow`;
    for (const name of ['default/all', address]) {
      await eventually(async () => {
        const explanation = await agreed(...to(name));
        expect(verdicts(explanation).sort()).toEqual([`${web}:8080 Drop Drop`, toItself].sort());
      });
    }
    expect(verdicts(await agreed(...to('default/local')))).toEqual([toItself]);
  });

  it('without Endpoints refuses, and its flow that is missing is told', async () => {
    await apply(service('unserved', { selector: { served: 'no' } }));
    const address = await lab.kubectl(['get', 'service', 'unserved', '-o', 'jsonpath={.spec.clusterIP}']);
    expect(await agreed(...to('default/unserved'))).toMatchObject({
      endpoints: [],
      refused: { installed: { action: 'Reject' } },
    });
    await lab.node('node-2', 'ovs-ofctl', '-O', 'OpenFlow13', 'del-flows', 'br-int', `table=41,ip,nw_dst=${address}`);
    expect(await explain(...to('default/unserved'))).toMatchObject({ exitCode: 3, agree: false });
  });
});

it('a flow that is missing is told, with the policy that it was for', async () => {
  await apply(dropFar);
  const { installed } = await agreed(...between);
  const id = installed.nodes.at(-1)?.decisions.at(-1)?.conjunctionId;
  await lab.node('node-1', 'ovs-ofctl', '-O', 'OpenFlow13', 'del-flows', 'br-int', `table=85,conj_id=${id}`);
  const { exitCode, stdout } = await lab.run(['antctl', 'explain', ...between]);
  expect({ exitCode, stdout }).toMatchObject({ exitCode: 3, stdout: expect.stringContaining('They do not agree.') });
  expect(stdout).toContain('node-1: by intent Drop by AntreaClusterNetworkPolicy acnp, by its flows Allow');
  expect(stdout).toContain('AntreaClusterNetworkPolicy acnp is Realized, on 1 of 1 Nodes');
  // The agent repairs it.
  await agreed(...between);
});

it('the policies of a Pod are found, and the rules that name it', async () => {
  await apply(dropFar);
  const query = async (pod: string): Promise<string> => lab.ok(['antctl', 'query', 'endpoint', '-p', pod]);
  await eventually(async () => expect(await query('web')).toMatch(/Applied Policies:\nName +Namespace +UID\nacnp /));
  expect(await query('far')).toMatch(/Applied Policies: None[^]*Ingress Rules:\nName +Namespace +Index +UID\nacnp +0 /);
  expect(await lab.run(['antctl', 'query', 'endpoint', '-p', 'nobody'])).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('there is no Pod default/nobody'),
  });
});

it('says what it cannot know', async () => {
  expect(await lab.run(['antctl', 'explain', '--from', 'default/nobody', '--to', 'default/web'])).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('--from default/nobody: there is no such Pod'),
  });
  await lab.ok(['agent', 'node-1', 'kill']);
  expect(await explain(...between)).toMatchObject({ exitCode: 1, agree: null, intent: { action: 'Allow' } });
  await lab.ok(['agent', 'node-1', 'start']);
  await agreed(...between);
});
