import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FakeComponents, runHere } from '../testing/antctl-run.js';
import { modes } from '../mode.js';
import { commands } from './index.js';

const fake = new FakeComponents();
beforeAll(() => fake.start());
beforeEach(() => (fake.answers = {}));
afterAll(() => fake.stop());

const controlplane = '/apis/controlplane.antrea.io/v1beta2';
const base64 = (...bytes: number[]): string => Buffer.from(bytes).toString('base64');

const group = {
  metadata: { name: 'g' },
  groupMembers: [
    {
      pod: { name: 'web', namespace: 'default' },
      ips: [base64(10, 0, 0, 1), base64(0xfd, ...Array(14).fill(0), 1)],
      ports: [{ name: 'http', port: 80, protocol: 'TCP' }],
    },
    { externalEntity: { name: 'vm', namespace: 'default' }, ips: [base64(192, 0, 2, 1)] },
  ],
};
const policy = {
  metadata: { name: 'uid-1', uid: 'uid-1' },
  rules: [{ direction: 'In', enableLogging: false, from: { addressGroups: ['a'] } }],
  appliedToGroups: ['g'],
  tierPriority: 250,
  priority: 5.5,
  sourceRef: { type: 'AntreaNetworkPolicy', namespace: 'default', name: 'p', uid: 'uid-1' },
};
const knp = {
  metadata: { name: 'uid-0' },
  sourceRef: { type: 'K8sNetworkPolicy', namespace: 'default', name: 'k', uid: 'uid-0' },
};

describe('get networkpolicy', () => {
  it('shows computed policies', async () => {
    fake.answers = {
      [`${controlplane}/networkpolicies`]: { json: { kind: 'NetworkPolicyList', items: [policy, knp] } },
    };
    const { out } = await fake.run('remote', 'get', 'netpol');
    expect(out.split('\n')).toEqual([
      'NAME   APPLIED-TO  RULES  SOURCE                         TIER-PRIORITY  PRIORITY',
      'uid-0  <NONE>      0      K8sNetworkPolicy:default/k     <NONE>         <NONE>',
      'uid-1  g           1      AntreaNetworkPolicy:default/p  250            5.5',
      '',
    ]);
    const sorted = await fake.run('remote', 'get', 'netpol', '--sort-by', 'effectivepriority', '-o', 'json');
    expect(JSON.parse(sorted.out)).toEqual([policy, knp]);
  });

  it('selects by itself where the cluster is asked, and lets an agent select', async () => {
    fake.answers = {
      [`${controlplane}/networkpolicies`]: { json: { items: [policy, knp] } },
      [`${controlplane}/appliedtogroups`]: { json: { items: [group] } },
      '/networkpolicies': { json: { kind: 'NetworkPolicyList', items: null } },
    };
    const args = ['get', 'networkpolicy', '-p', 'web', '-n', 'default', '-T', 'anp', '-o', 'json'];
    expect(JSON.parse((await fake.run('controller', ...args)).out)).toEqual([policy]);
    expect(fake.seen).toEqual([`${controlplane}/networkpolicies`, `${controlplane}/appliedtogroups`]);
    expect((await fake.run('agent', ...args)).out).toBe('[]\n');
    expect(fake.seen).toEqual(['/networkpolicies?namespace=default&pod=web&type=ANP']);
  });

  it('is one object under a name', async () => {
    fake.answers = {
      [`${controlplane}/networkpolicies/uid-1`]: { json: policy },
      '/networkpolicies': { json: { items: [policy] } },
    };
    expect(JSON.parse((await fake.run('remote', 'get', 'netpol', 'uid-1', '-o', 'json')).out)).toEqual(policy);
    await fake.run('agent', 'get', 'netpol', 'uid-1');
    expect(fake.seen).toEqual(['/networkpolicies?name=uid-1']);
  });

  it.each([
    [['-p', 'web'], '--pod web: say also in which Namespace it is: --namespace NAMESPACE'],
    [['uid-1', '-T', 'ANP'], 'with the name uid-1 neither of --source'],
    [['--sort-by', 'age'], 'unsupported value age for flag sort-by; it must be one of effectivePriority'],
    [['-T', 'CNP'], 'unsupported value CNP for flag type; it must be one of NP, K8sNP, ACNP, ANP'],
  ])('refuses %j', async (args, message) => {
    for (const mode of modes) {
      const { code, err } = await fake.run(mode, 'get', 'networkpolicy', ...args);
      expect(err).toContain(message);
      expect(code).toBe(2);
    }
  });
});

describe('groups', () => {
  it('show members, and addresses as text', async () => {
    fake.answers = { [`${controlplane}/appliedtogroups`]: { json: { items: [group] } } };
    const { out } = await fake.run('remote', 'get', 'atg');
    expect(out).toBe('NAME  PODS\ng     default/vm,default/web\n');
    fake.answers = { [`${controlplane}/addressgroups/g`]: { json: group } };
    expect((await fake.run('remote', 'get', 'ag', 'g', '-o', 'wide')).out).toBe(
      'NAME  POD-IPS                     PODS\ng     10.0.0.1,192.0.2.1,fd00::1  default/vm,default/web\n',
    );
  });

  it('are objects of 1.3 as YAML', async () => {
    fake.answers = { '/addressgroups': { json: group } };
    const { out } = await fake.run('agent', 'get', 'ag', 'g', '-o', 'yaml');
    expect(out).toBe(`name: g
pods:
  - pod:
      name: web
      namespace: default
    ip: 10.0.0.1, fd00::1
    ports:
      - name: http
        port: 80
        protocol: TCP
  - externalEntity:
      name: vm
      namespace: default
    ip: 192.0.2.1
`);
  });
});

describe('commands of an agent', () => {
  it('show flows in their order', async () => {
    fake.answers = { '/ovsflows': { json: [{ flow: 'table=10, b' }, { flow: 'table=0, a' }] } };
    const { out } = await fake.run('agent', 'get', 'of', '-N', 'deny', '-n', 'default');
    expect(out).toBe('FLOW\ntable=10, b\ntable=0, a\n');
    expect(fake.seen).toEqual(['/ovsflows?namespace=default&networkpolicy=deny']);
  });

  it('show Pods with short ids of containers, and whole ones when wide', async () => {
    const id = 'ab12'.repeat(16);
    const pi = {
      name: 'w',
      podNamespace: 'd',
      interfaceName: 'w-1',
      ips: ['10.0.0.1'],
      mac: 'm',
      portUUID: 'u',
      ofPort: 3,
    };
    fake.answers = { '/podinterfaces': { json: [{ ...pi, containerID: id }] } };
    expect((await fake.run('agent', 'get', 'pi')).out).toMatch(/ 3 +ab12ab12ab12\n$/);
    expect((await fake.run('agent', 'get', 'pi', '-o', 'wide')).out).toContain(` ${id}\n`);
  });

  it('trace packets', async () => {
    fake.answers = { '/ovstracing': { json: { result: 'Flow: tcp\nDatapath actions: drop' } } };
    const { out } = await fake.run(
      'agent',
      'trace-packet',
      '-S',
      'default/web',
      '-D',
      '10.0.0.9',
      '-f',
      'tcp',
      '-F',
      '4',
    );
    expect(out).toBe('Flow: tcp\nDatapath actions: drop\n');
    expect(fake.seen).toEqual(['/ovstracing?source=default%2Fweb&destination=10.0.0.9&flow=tcp&addressFamily=4']);
  });
});

describe('commands of both components', () => {
  it('show and set how much is logged', async () => {
    fake.answers = { '/loglevel': { json: 4 } };
    expect((await fake.run('controller', 'log-level', '4')).out).toBe('4\n');
    expect(fake.seen).toEqual(['/loglevel?level=4']);
    expect((await fake.run('agent', 'log-level', '-o', 'table', '--', '-1')).out).toBe('LEVEL\n4\n');
    expect(fake.seen).toEqual(['/loglevel?level=-1']);
  });

  it('show feature gates by component', async () => {
    const gate = (component: string, name: string): object => ({ component, name, status: 'Enabled', version: 'Beta' });
    fake.answers = { '/featuregates': { json: [gate('controller', 'Traceflow'), gate('agent', 'AntreaProxy')] } };
    expect((await fake.run('controller', 'get', 'featuregates')).out).toBe(
      [
        'Antrea Agent Feature Gates',
        'FEATUREGATE              STATUS         VERSION',
        'AntreaProxy              Enabled        Beta',
        '',
        'Antrea Controller Feature Gates',
        'FEATUREGATE              STATUS         VERSION',
        'Traceflow                Enabled        Beta',
        '',
      ].join('\n'),
    );
  });
});

describe('query endpoint', () => {
  it('shows policies and rules of a Pod', async () => {
    const reference = { namespace: 'default', name: 'p', uid: 'u' };
    fake.answers = {
      '/endpoint': {
        json: {
          endpoints: [
            {
              namespace: 'default',
              name: 'web',
              policies: [reference],
              rules: [{ ...reference, direction: 'In', ruleindex: 0 }],
            },
          ],
        },
      },
    };
    const { out } = await fake.run('controller', 'query', 'endpoint', '-p', 'web');
    expect(fake.seen).toEqual(['/endpoint?pod=web']);
    expect(out).toBe(`Endpoint default/web
Applied Policies:
Name  Namespace  UID
p     default    u

Egress Rules: None

Ingress Rules:
Name  Namespace  Index  UID
p     default    0      u

`);
  });

  it('needs a Pod', async () => {
    const { code, err } = await fake.run('controller', 'query', 'endpoint');
    expect({ code, err }).toMatchObject({ code: 2, err: expect.stringContaining("'-p, --pod <POD>' not specified") });
  });
});

describe('every command', () => {
  it.each(commands.map((command) => [command.path.join(' '), command] as const))('%s has help', async (_, command) => {
    const { code, out } = await runHere([...command.path, '--help']);
    expect(code).toBe(0);
    expect(out).toMatch(/^Usage: antctl /);
    for (const { name } of command.flags ?? []) expect(out).toContain(`--${name}`);
  });

  it('has words, aliases and flags of its own', () => {
    const words = commands.flatMap(({ path, aliases = [] }) =>
      [path.at(-1), ...aliases].map((word) => [...path.slice(0, -1), word].join(' ')),
    );
    expect(new Set(words).size).toBe(words.length);
    for (const { path, flags = [] } of commands) {
      const shorts = [...flags.flatMap(({ short }) => short ?? []), 'o', 'k', 's', 't', 'v', 'h'];
      expect(new Set(shorts).size, path.join(' ')).toBe(shorts.length);
    }
  });

  it('is listed where it can be used', async () => {
    const listed = async (mode: string): Promise<string> => (await runHere(['--mode', mode, 'get', '--help'])).out;
    expect(await listed('controller')).not.toContain('podinterface');
    expect(await listed('agent')).not.toContain('controllerinfo');
    expect(await listed('remote')).toMatch(/podinterface[^]*controllerinfo/);
  });
});
