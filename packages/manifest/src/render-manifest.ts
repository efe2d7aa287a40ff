import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { accessObjects, controlPlaneObjects } from '@antrea-ts/apis';
import { stringify } from 'yaml';
import { linuxConfigMap, windowsConfigMap } from './config-map.js';

const definitions = new URL('../../apis/crds/', import.meta.url);
const linuxWorkloads = new URL('../workloads/', import.meta.url);
const windowsWorkloads = new URL('../workloads/windows/', import.meta.url);

const linuxHead = `# Antrea for a cluster: kubectl apply -f antrea.yml
# Made from packages/manifest; docs/install.md tells how to use it and what to change before.
`;
const windowsHead = `# Antrea's agent for the Windows Nodes of a cluster that antrea.yml is applied to: kubectl apply -f antrea-windows.yml
# Made from packages/manifest; docs/windows.md tells how to use it, and what each Node needs before.
`;

/** The whole manifest: kinds, accounts and rights, configuration, the controller and how it is found, agents. */
export async function renderManifest(): Promise<string> {
  const config = linuxConfigMap();
  return join(linuxHead, [
    ...(await textsIn(definitions)),
    ...[...accessObjects(), config, ...controlPlaneObjects()].map(render),
    ...withHash(await textsIn(linuxWorkloads), config),
  ]);
}

/** What Windows Nodes need besides: configuration and agents. Accounts and rights are those of the whole manifest. */
export async function renderWindowsManifest(): Promise<string> {
  const config = windowsConfigMap();
  return join(windowsHead, [render(config), ...withHash(await textsIn(windowsWorkloads), config)]);
}

function join(head: string, texts: readonly string[]): string {
  return head + texts.map((text) => `---\n${text.trimEnd()}\n`).join('');
}

/** Pods are replaced when the configuration that comes with the manifest is another. */
function withHash(texts: readonly string[], { data }: { readonly data: object }): string[] {
  const hash = createHash('sha256').update(JSON.stringify(data)).digest('hex').slice(0, 16);
  return texts.map((text) => text.replaceAll('CONFIG_HASH', `"${hash}"`));
}

/** Files of a directory, in the order of their names. */
async function textsIn(directory: URL): Promise<string[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.yaml')).sort();
  return Promise.all(names.map((name) => readFile(new URL(name, directory), 'utf8')));
}

function render(object: object): string {
  return stringify(object, { aliasDuplicateObjects: false, lineWidth: 0 });
}
