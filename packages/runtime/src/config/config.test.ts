import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from 'vitest';
import { configKey, configTable } from './config-table.js';
import { describeSettings } from './describe-config.js';
import { formatDuration, tryParseDuration } from './duration.js';
import { defaultGates, featureGates } from './feature-gates.js';
import { loadConfig, type LoadedConfig } from './load-config.js';
import { nearest } from './nearest.js';
import { renderConfigMarkdown } from './render-markdown.js';
import { renderSampleFile } from './render-sample.js';
import { bool, choice, duration, int, port, text, textList } from './value-types.js';

const gates = {
  AntreaPolicy: { stage: 'beta', default: true, description: 'Policy.' },
  Egress: { stage: 'alpha', default: false, description: 'Egress.' },
  FlowExporter: { stage: 'alpha', default: false, description: 'Flows.' },
} as const;

const table = configTable({
  program: 'sample-agent',
  description: 'Does sample things.',
  keys: {
    featureGates: configKey({
      type: featureGates(gates),
      default: defaultGates(gates),
      description: 'Features to switch on and off.',
      flag: 'feature-gates',
    }),
    ovsBridge: configKey({ type: text, default: 'br-int', description: 'Name of the bridge.', since: '0.1' }),
    cniSocket: configKey({
      type: text,
      default: '/var/run/antrea/cni.sock',
      windowsDefault: String.raw`\\.\pipe\cnisock`,
      description: 'Where the CNI plugin finds the agent.',
    }),
    trafficEncapMode: configKey({
      type: choice(['Encap', 'NoEncap', 'Hybrid']),
      default: 'Encap',
      description: 'How Pod traffic travels between Nodes.',
    }),
    defaultMTU: configKey({ type: int({ min: 0, max: 65535 }), default: 0, description: 'MTU; 0 finds it out.' }),
    noSNAT: configKey({ type: bool, default: false, description: 'Leave source addresses alone.' }),
    'wireGuard.port': configKey({ type: port, default: 51820, description: 'UDP port of WireGuard.' }),
    'wireGuard.keys.file': configKey({ type: text, default: '', description: 'Key file.' }),
    flowPollInterval: configKey({
      type: duration({ min: 1000 }),
      default: 5000,
      description: 'Between polls of conntrack.',
    }),
    ciphers: configKey({ type: textList, default: [], description: 'TLS ciphers.' }),
    serviceCIDR: configKey({
      type: text,
      default: '10.96.0.0/12',
      description: 'Addresses of Services.',
      validate: (value) => (value.includes('/') ? undefined : `Service CIDR ${value} is invalid`),
    }),
    psk: configKey({
      type: text,
      default: '',
      description: 'Shared key.',
      file: false,
      env: 'SAMPLE_PSK',
      secret: true,
    }),
    nodeName: configKey({ type: text, default: '', description: 'Name.', file: false, env: 'NODE_NAME' }),
    verbose: configKey({ type: bool, default: false, description: 'Say more.', file: false, flag: 'verbose' }),
    v: configKey({ type: int({ min: 0 }), default: 0, description: 'Level.', file: false, flag: 'v' }),
  },
});

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'runtime-config-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

interface Given {
  readonly yaml?: string;
  readonly argv?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly platform?: 'linux' | 'windows';
}

async function load({
  yaml,
  argv = [],
  env = {},
  platform = 'linux',
}: Given): Promise<LoadedConfig<typeof table.keys>> {
  const file = join(directory, 'agent.conf');
  if (yaml !== undefined) writeFileSync(file, yaml);
  return await loadConfig(table, { argv: yaml === undefined ? argv : ['--config', file, ...argv], env, platform });
}

async function run(given: Given): Promise<Extract<LoadedConfig<typeof table.keys>, { kind: 'run' }>> {
  const loaded = await load(given);
  if (loaded.kind !== 'run') throw new Error(`asked for ${loaded.kind}`);
  return loaded;
}

async function problems(given: Given): Promise<string[]> {
  const error = await load(given).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'invalid-config' });
  const [, ...lines] = (error as Error).message.split('\n');
  return lines.map((line) => line.trim().replace(`${directory}/`, ''));
}

describe('loadConfig', () => {
  it('is all defaults without a file', async () => {
    const { config, settings } = await run({});
    expect(config).toMatchObject({
      ovsBridge: 'br-int',
      cniSocket: '/var/run/antrea/cni.sock',
      wireGuard: { port: 51820, keys: { file: '' } },
      featureGates: { AntreaPolicy: true, Egress: false },
    });
    expect(settings.every(({ source }) => source === 'default')).toBe(true);
    expect(Object.isFrozen(config.wireGuard)).toBe(true);
  });

  it('has types from the table', async () => {
    const { config } = await run({});
    expectTypeOf(config.wireGuard.port).toEqualTypeOf<number>();
    expectTypeOf(config.trafficEncapMode).toEqualTypeOf<'Encap' | 'NoEncap' | 'Hybrid'>();
    expectTypeOf(config.featureGates.Egress).toEqualTypeOf<boolean>();
    expectTypeOf(config.ciphers).toEqualTypeOf<readonly string[]>();
  });

  it('reads every type from a file', async () => {
    const yaml = [
      '# comment',
      'ovsBridge: "5"',
      'trafficEncapMode: noencap',
      'defaultMTU: 1450',
      'noSNAT: yes',
      'wireGuard:',
      '  port: 1234',
      '  keys: {file: /etc/key}',
      'flowPollInterval: 1m1.5s',
      'ciphers: [A, B]',
      'serviceCIDR:',
      'featureGates:',
      '  Egress: true',
    ].join('\n');
    expect((await run({ yaml })).config).toMatchObject({
      ovsBridge: '5',
      trafficEncapMode: 'NoEncap',
      defaultMTU: 1450,
      noSNAT: true,
      wireGuard: { port: 1234, keys: { file: '/etc/key' } },
      flowPollInterval: 61_500,
      ciphers: ['A', 'B'],
      serviceCIDR: '10.96.0.0/12',
      featureGates: { AntreaPolicy: true, Egress: true, FlowExporter: false },
    });
  });

  it.each(['', '---\n', '# nothing\n', 'featureGates:\n#  Egress: true\n'])('takes an empty file %j', async (yaml) => {
    expect((await run({ yaml })).config.featureGates.Egress).toBe(false);
  });

  it('lays flags over environment over file, and knows the source', async () => {
    const { config, settings } = await run({
      yaml: 'featureGates: {Egress: true, FlowExporter: true}\nnoSNAT: false',
      argv: ['--feature-gates=FlowExporter=false,AntreaPolicy=false', '--verbose', '--v', '4'],
      env: { NODE_NAME: 'n1', SAMPLE_PSK: 'sesame' },
    });
    expect(config.featureGates).toEqual({ AntreaPolicy: false, Egress: true, FlowExporter: false });
    expect(config).toMatchObject({ nodeName: 'n1', psk: 'sesame', verbose: true, v: 4 });
    expect(describeSettings(settings)).toEqual({
      featureGates: { value: config.featureGates, source: 'flag' },
      noSNAT: { value: false, source: 'file' },
      nodeName: { value: 'n1', source: 'env' },
      psk: { value: '[redacted]', source: 'env' },
      verbose: { value: true, source: 'flag' },
      v: { value: 4, source: 'flag' },
    });
  });

  it('sets all gates of a stage unless they are named', async () => {
    const { config } = await run({ argv: ['--feature-gates', 'AllAlpha=true,Egress=false'] });
    expect(config.featureGates).toEqual({ AntreaPolicy: true, Egress: false, FlowExporter: true });
  });

  it('has other defaults on Windows', async () => {
    expect((await run({ platform: 'windows' })).config.cniSocket).toBe(String.raw`\\.\pipe\cnisock`);
  });

  it('reports every problem at once, with lines and suggestions', async () => {
    const yaml = [
      'ovsBrigde: br0',
      'defaultMTU: many',
      'wireGuard:',
      '  prot: 5',
      '  port: 99999',
      'trafficEncapMode: Tunnel',
      'flowPollInterval: 10ms',
      'serviceCIDR: nonsense',
      'featureGates:',
      '  Egres: true',
      '  AntreaPolicy: perhaps',
      'psk: x',
    ].join('\n');
    expect(await problems({ yaml, argv: ['--verbos', 'stray', '--v=-1'] })).toEqual([
      'unknown flag --verbos: did you mean "--verbose"?',
      'unexpected argument "stray"',
      'agent.conf:1: unknown key "ovsBrigde": did you mean "ovsBridge"?',
      'agent.conf:4: unknown key "wireGuard.prot": did you mean "wireGuard.port"?',
      'agent.conf:12: unknown key "psk"',
      'agent.conf:10: featureGates: unknown feature gate "Egres": did you mean "Egress"?',
      'agent.conf:11: featureGates: gate AntreaPolicy must be true or false, not "perhaps"',
      'agent.conf:6: trafficEncapMode: must be one of Encap, NoEncap, Hybrid, not "Tunnel"',
      'agent.conf:2: defaultMTU: must be a whole number from 0 up to 65535, not "many"',
      'agent.conf:5: wireGuard.port: must be a whole number from 1 up to 65535, not "99999"',
      'agent.conf:7: flowPollInterval: must be at least 1s, not "10ms"',
      'agent.conf:8: serviceCIDR: Service CIDR nonsense is invalid',
      'flag --v: must be a whole number from 0, not "-1"',
    ]);
  });

  it.each([
    ['duplicate keys', 'noSNAT: true\nnoSNAT: false\n', 'agent.conf:2: Map keys must be unique'],
    ['broken YAML', 'a: [1,\nb: 2', 'agent.conf:2:'],
    ['a list at the top', '- a\n', 'agent.conf:1: must be a map of keys to values'],
    ['text where a map belongs', 'wireGuard: 5\n', 'agent.conf:1: wireGuard must be a map'],
    ['a map where text belongs', 'ovsBridge: {a: b}\n', 'agent.conf:1: ovsBridge: must be text, not a map'],
  ])('refuses %s', async (_name, yaml, message) => {
    expect((await problems({ yaml }))[0]).toContain(message);
  });

  it('names a file that is not there', async () => {
    await expect(load({ argv: ['--config', '/none/agent.conf'] })).rejects.toThrow(
      /^read configuration \/none\/agent\.conf: ENOENT/,
    );
  });

  it('answers help and version', async () => {
    const help = await load({ argv: ['--help'] });
    expect(help.kind === 'help' && help.text).toContain('--feature-gates  (map of gate to boolean)');
    expect(help.kind === 'help' && help.text).toContain('wireGuard.port  (integer)');
    expect(await load({ argv: ['--version'] })).toEqual({ kind: 'version' });
  });
});

describe('documents from the table', () => {
  it('makes a sample file which is valid, also with every key uncommented', async () => {
    const sample = renderSampleFile(table, 'linux');
    expect(sample).toContain('wireGuard:\n  # UDP port of WireGuard.\n  #port: 51820\n');
    expect((await run({ yaml: sample.replaceAll(/^( *)#(\S+: )/gm, '$1$2') })).config).toEqual((await run({})).config);
    expect((await run({ yaml: sample })).config).toEqual((await run({})).config);
  });

  it('makes a Markdown table', () => {
    expect(renderConfigMarkdown(table)).toContain(
      '| `trafficEncapMode` | Encap \\| NoEncap \\| Hybrid | `"Encap"` | file |  | How Pod traffic travels between Nodes. |',
    );
  });
});

describe('durations', () => {
  it.each([
    ['0', 0],
    ['5s', 5000],
    ['1h2m3.5s', 3_723_500],
    ['250ms', 250],
    ['1.5h', 5_400_000],
    ['-1s', -1000],
  ])('%s is %d ms', (given, ms) => {
    expect(tryParseDuration(given)).toBe(ms);
    expect(tryParseDuration(formatDuration(ms))).toBe(ms);
  });
  it.each(['', '5', 's', '5 s', '5x', '1m-5s', '1e3s'])('%j is none', (given) => {
    expect(tryParseDuration(given)).toBeUndefined();
  });
});

describe('nearest', () => {
  it.each([
    ['ovsBrigde', 'ovsBridge'],
    ['OVSBRIDGE', 'ovsBridge'],
    ['completelyElse', undefined],
  ])('of %s is %s', (word, expected) => {
    expect(nearest(word, ['ovsBridge', 'hostGateway'])).toBe(expected);
  });
});
