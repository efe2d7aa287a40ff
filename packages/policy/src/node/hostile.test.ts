import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { NodeRules, type ControlplaneKind } from './node-rules.js';
import { readSnapshot, writeSnapshot } from './snapshot.js';

const hash = (text: string): string => createHash('sha1').update(text).digest('hex').slice(0, 16);
const ip = Buffer.from([10, 0, 0, 1]).toString('base64');
const objects: Readonly<Record<ControlplaneKind, object>> = {
  networkPolicies: {
    metadata: { name: 'p', uid: 'p', generation: 1 },
    priority: 5,
    tierPriority: 250,
    appliedToGroups: ['g'],
    sourceRef: { type: 'AntreaClusterNetworkPolicy', name: 'acnp', uid: 'p' },
    rules: [
      {
        direction: 'In',
        name: 'r',
        action: 'Drop',
        priority: 0,
        enableLogging: true,
        appliedToGroups: ['g'],
        from: { addressGroups: ['g'], ipBlocks: [{ cidr: { ip, prefixLength: 8 }, except: [] }], fqdns: [] },
        to: { addressGroups: ['g'] },
        services: [{ protocol: 'TCP', port: 80, endPort: 90 }],
      },
    ],
  },
  appliedToGroups: { metadata: { name: 'g' }, groupMembers: [{ pod: { namespace: 'ns', name: 'web' }, ips: [ip] }] },
  addressGroups: { metadata: { name: 'g' }, groupMembers: [{ ips: [ip], ports: [{ name: 'http', port: 80 }] }] },
};
const kinds = Object.keys(objects) as ControlplaneKind[];

/** Too deep for what calls itself on the way down. */
const levels = 50_000;
const deepList = (): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels)) as unknown;
const deepObject = (): unknown => JSON.parse('{"a":'.repeat(levels) + '1' + '}'.repeat(levels)) as unknown;

function inSync(): NodeRules {
  const rules = new NodeRules({ hash });
  for (const kind of kinds) rules.replace(kind, [objects[kind]]);
  return rules;
}

/** Every way to put a value in the place of one part of an object, or beside it. */
function* damaged(object: object, value: unknown): Generator<readonly [path: string, object]> {
  for (const path of pathsOf(object)) {
    for (const last of [path.at(-1)!, 'unheardOf']) {
      const copy = structuredClone(object);
      let at = copy as Record<string, unknown>;
      for (const step of path.slice(0, -1)) at = at[step] as Record<string, unknown>;
      at[last] = value;
      yield [[...path.slice(0, -1), last].join('.'), copy];
    }
  }
}

function* pathsOf(value: unknown, path: readonly string[] = []): Generator<readonly string[]> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, part] of Object.entries(value)) {
    yield [...path, key];
    yield* pathsOf(part, [...path, key]);
  }
}

describe.each([
  ['lists', deepList()],
  ['objects', deepObject()],
])(`%s in each other, ${levels} deep`, (_, value) => {
  it.each(kinds)('in %s are refused or passed over, and what is there can be kept and read back', (kind) => {
    const ids = (rules: NodeRules): string[] => rules.rules().map(({ id }) => id);
    for (const [path, object] of damaged(objects[kind], value)) {
      const rules = inSync();
      rules.takeChanges();
      const before = ids(rules);
      const refusal = rules.set(kind, object);
      if (kind !== 'networkPolicies') rules.patch(kind, object);
      rules.takeChanges();
      if (refusal) expect(ids(rules), path).toEqual(before);

      const read = readSnapshot(writeSnapshot(rules.snapshotTexts()!, hash), hash);
      if (read.kind !== 'read') throw new Error(`${path}: ${read.reason}`);
      const anew = new NodeRules({ hash });
      for (const each of kinds) expect(anew.replace(each, read.snapshot[each]), path).toEqual([]);
      expect(ids(anew), path).toEqual(ids(rules));
    }
  });
});

describe('a file of kept policies', () => {
  const fileOf = (body: string): string =>
    `${JSON.stringify({ version: 1, length: body.length, checksum: hash(body) })}\n${body}\n`;

  it.each(['[', '{"networkPolicies":'])('of %s, over and over, is none', (opening) => {
    for (const closing of ['', ']'.repeat(levels)]) {
      expect(readSnapshot(fileOf(opening.repeat(levels) + closing), hash)).toMatchObject({ kind: 'unusable' });
    }
  });

  it('with something deep in the place of objects has them refused', () => {
    const deep = '['.repeat(levels) + ']'.repeat(levels);
    const body = `{"networkPolicies":[${deep}],"appliedToGroups":[${deep},{"metadata":${deep}}],"addressGroups":[]}`;
    const read = readSnapshot(fileOf(body), hash);
    if (read.kind !== 'read') throw new Error(read.reason);
    const rules = new NodeRules({ hash });
    expect(kinds.map((kind) => rules.replace(kind, read.snapshot[kind]).length)).toEqual([1, 2, 0]);
    expect(rules.takeChanges().added).toEqual([]);
  });
});

describe('very much in one policy', () => {
  const policy = (fields: object): object => ({ ...objects.networkPolicies, ...fields });
  const rule = (fields: object): object => ({ direction: 'In', action: 'Drop', ...fields });

  it.each([
    ['10,000 rules', { rules: Array.from({ length: 10_000 }, (_, priority) => rule({ priority })) }, 10_000],
    [
      '65,535 ports',
      { rules: [rule({ services: Array.from({ length: 65_535 }, (_, index) => ({ port: index + 1 })) })] },
      1,
    ],
    ['a megabyte of name', { rules: [rule({ name: 'x'.repeat(2 ** 20) })] }, 1],
    [
      '100,000 groups',
      { rules: [rule({ from: { addressGroups: Array.from({ length: 1e5 }, (_, i) => `g${i}`) } })] },
      1,
    ],
  ])('%s are taken', (_, fields, expected) => {
    const rules = inSync();
    rules.takeChanges();
    expect(rules.set('networkPolicies', policy(fields))).toBeUndefined();
    expect(rules.takeChanges().added).toHaveLength(expected);
    expect(readSnapshot(writeSnapshot(rules.snapshotTexts()!, hash), hash).kind).toBe('read');
  });
});
