import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { agentConfigTable, agentOptions } from '@antrea-ts/agent';
import { parseNetworkConfig } from '@antrea-ts/cni';
import { controllerConfigTable } from '@antrea-ts/controller';
import { loadConfig, type ConfigPlatform, type ConfigTable } from '@antrea-ts/runtime';
import { afterAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { renderNetworkConfig } from './network-config.js';
import { renderManifest, renderWindowsManifest } from './render-manifest.js';

const root = new URL('../../../', import.meta.url);
const directory = mkdtempSync(join(tmpdir(), 'antrea-manifest-'));
afterAll(() => rmSync(directory, { recursive: true }));

interface Container {
  readonly name: string;
  readonly image: string;
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly securityContext: { readonly privileged?: boolean; readonly capabilities: { readonly drop: string[] } };
  readonly volumeMounts?: readonly { readonly name: string }[];
}
interface Manifested {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly data: Readonly<Record<string, string>>;
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly initContainers?: readonly Container[];
        readonly containers: readonly Container[];
        readonly volumes: readonly { readonly name: string }[];
      };
    };
  };
}

const objectsOf = (manifest: string): Manifested[] =>
  parseAllDocuments(manifest).map((document) => {
    expect(document.errors).toEqual([]);
    return document.toJS() as Manifested;
  });
const linuxObjects = objectsOf(await renderManifest());
const windowsObjects = objectsOf(await renderWindowsManifest());
const objects = [...linuxObjects, ...windowsObjects];
const find = (kind: string, name: string): Manifested =>
  objects.find((object) => object.kind === kind && object.metadata.name === name)!;

/** `UPDATE_DOCS=1` makes the files anew. */
it.each([
  ['scripts-linux/antrea.yml', renderManifest],
  ['scripts-linux/antrea-cni.conflist', () => renderNetworkConfig('linux')],
  ['scripts-windows/antrea-windows.yml', renderWindowsManifest],
  ['scripts-windows/antrea-cni.conflist', () => renderNetworkConfig('windows')],
])('%s is as it is made', async (name, make) => {
  const file = new URL(name, root);
  const expected = await make();
  if (process.env['UPDATE_DOCS']) writeFileSync(file, expected);
  expect(existsSync(file) && readFileSync(file, 'utf8')).toBe(expected);
});

it('has every object once', () => {
  const names = objects.map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`);
  expect(new Set(names).size).toBe(names.length);
});

describe.each([
  ['antrea-config', 'linux'],
  ['antrea-windows-config', 'windows'],
] as const)('configuration %s', (configMap, platform: ConfigPlatform) => {
  const { data } = find('ConfigMap', configMap);

  async function load(table: ConfigTable, name: string) {
    const path = join(directory, `${platform}-${name}`);
    writeFileSync(path, data[name]!);
    const argv = ['--config', path];
    const [loaded, bare] = await Promise.all(
      [argv, []].map((args) => loadConfig(table, { argv: args, env: {}, platform })),
    );
    if (loaded?.kind !== 'run' || bare?.kind !== 'run') throw new Error('it does not run');
    expect(loaded.config).toEqual(bare.config);
    // What an administrator uncomments is valid, too.
    const all = join(directory, `all-${platform}-${name}`);
    writeFileSync(all, data[name]!.replace(/^( *)#(?! )/gm, '$1'));
    const uncommented = await loadConfig(table, { argv: ['--config', all], env: {}, platform });
    if (uncommented.kind !== 'run') throw new Error('it does not run');
    expect(uncommented.config).toEqual(bare.config);
    return loaded.config;
  }

  it('of the agent loads, and is the default', async () => {
    const config = await load(agentConfigTable, 'antrea-agent.conf');
    expect(() => agentOptions(config as Parameters<typeof agentOptions>[0], platform)).not.toThrow();
  });

  // The controller runs on Linux.
  if (platform !== 'windows') {
    it('of the controller loads, and is the default', () => load(controllerConfigTable, 'antrea-controller.conf'));
  }

  it('of the runtimes is one that our plugin takes', () => {
    const { plugins, ...list } = JSON.parse(data['antrea-cni.conflist']!) as { plugins: object[] };
    expect(parseNetworkConfig(JSON.stringify({ ...list, ...plugins[0] }))).toMatchObject({ version: '0.4.0' });
  });
});

describe.each([
  ['Deployment', 'antrea-controller'],
  ['DaemonSet', 'antrea-agent'],
  ['DaemonSet', 'antrea-agent-windows'],
])('%s %s', (kind, name) => {
  const { initContainers = [], containers, volumes } = find(kind, name).spec.template.spec;
  const all = [...initContainers, ...containers];

  // Windows has no capabilities.
  if (!windowsObjects.includes(find(kind, name))) {
    it('is not privileged, and drops what it does not name', () => {
      for (const { securityContext } of all) {
        expect(securityContext.privileged).toBeUndefined();
        expect(securityContext.capabilities.drop).toEqual(['ALL']);
      }
    });
  }

  it('mounts what there is, and uses all of it', () => {
    const mounted = new Set(all.flatMap(({ volumeMounts = [] }) => volumeMounts.map((mount) => mount.name)));
    expect([...mounted].sort()).toEqual(volumes.map((volume) => volume.name).sort());
    expect(new Set(all.map(({ image }) => image)).size).toBe(1);
  });
});

describe('antrea-windows.yml', () => {
  const { spec } = find('DaemonSet', 'antrea-agent-windows').spec.template as unknown as {
    readonly spec: {
      readonly serviceAccountName: string;
      readonly initContainers: readonly Container[];
      readonly containers: readonly Container[];
    };
  };

  it('has the account of antrea.yml', () => {
    expect(linuxObjects).toContain(find('ServiceAccount', spec.serviceAccountName));
  });

  it('runs scripts that there are, with parameters that they have', () => {
    for (const { args } of spec.initContainers) {
      const [script = '', ...rest] = args;
      const source = readFileSync(new URL(`scripts-windows/${script.split('/').at(-1)}`, root), 'utf8');
      const given = rest.filter((word) => word.startsWith('-')).map((word) => word.slice(1));
      expect(given.filter((parameter) => !source.includes(`.PARAMETER ${parameter}\n`))).toEqual([]);
    }
  });
});
