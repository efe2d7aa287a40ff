import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { accessObjects, controlPlaneObjects } from '@antrea-ts/apis';
import { stringify } from 'yaml';
import { configMap } from './config-map.js';

const definitions = new URL('../../apis/crds/', import.meta.url);
const workloads = new URL('../workloads/', import.meta.url);

const head = `# Antrea for a cluster: kubectl apply -f antrea.yml
# Made from packages/manifest; docs/install.md tells how to use it and what to change before.
`;

/** The whole manifest: kinds, accounts and rights, configuration, the controller and how it is found, agents. */
export async function renderManifest(): Promise<string> {
  const config = configMap();
  // Pods are replaced when the configuration that comes with the manifest is another.
  const hash = createHash('sha256').update(JSON.stringify(config.data)).digest('hex').slice(0, 16);
  const texts = [
    ...(await textsIn(definitions)),
    ...[...accessObjects(), config, ...controlPlaneObjects()].map(render),
    ...(await textsIn(workloads)).map((text) => text.replaceAll('CONFIG_HASH', `"${hash}"`)),
  ];
  return head + texts.map((text) => `---\n${text.trimEnd()}\n`).join('');
}

/** Files of a directory, in the order of their names. */
async function textsIn(directory: URL): Promise<string[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.yaml')).sort();
  return Promise.all(names.map((name) => readFile(new URL(name, directory), 'utf8')));
}

function render(object: object): string {
  return stringify(object, { aliasDuplicateObjects: false, lineWidth: 0 });
}
