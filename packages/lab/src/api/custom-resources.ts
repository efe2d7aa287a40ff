import { readdir, readFile } from 'node:fs/promises';
import { isKubeError, resources, type KubeClient } from '@antrea-ts/kube';
import type { CustomResourceDefinition } from 'kubernetes-types/apiextensions/v1.js';
import { parseAllDocuments } from 'yaml';

const directory = new URL('../../../apis/crds/', import.meta.url);

/** Installs Antrea's own kinds of objects, as its manifest does: every definition of `packages/apis/crds`. */
export async function installCustomResources(client: KubeClient): Promise<void> {
  const files = (await readdir(directory)).filter((name) => name.endsWith('.yaml')).sort();
  const texts = await Promise.all(files.map((name) => readFile(new URL(name, directory), 'utf8')));
  const definitions = texts.flatMap((text) => parseAllDocuments(text)).map((document) => document.toJS() as unknown);
  await Promise.all(
    definitions
      .filter((definition) => definition !== null)
      .map((definition) => install(client, withoutConversion(definition as CustomResourceDefinition))),
  );
}

async function install(client: KubeClient, definition: CustomResourceDefinition): Promise<void> {
  await client.create(resources.customResourceDefinitions, definition).catch((error: unknown) => {
    if (!isKubeError(error, 'already-exists')) throw error;
  });
}

/** The embedded API calls no conversion webhooks: objects keep their fields whatever their version. */
function withoutConversion(definition: CustomResourceDefinition): CustomResourceDefinition {
  const { conversion: _, ...spec } = definition.spec;
  return { ...definition, spec };
}
