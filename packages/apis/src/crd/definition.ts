import type { Schema } from './schema.js';

/** A column that kubectl shows. */
export interface PrinterColumn {
  readonly name: string;
  readonly description: string;
  readonly type: 'string' | 'integer' | 'number' | 'date';
  readonly jsonPath: string;
  readonly format?: string;
  /** Above 0: only with `-o wide`. */
  readonly priority?: number;
}

/** One version of a kind. */
export interface KindVersion {
  readonly name: string;
  /** Default: it is the version that is stored. */
  readonly stored?: boolean;
  readonly schema: Schema;
  readonly columns?: readonly PrinterColumn[];
  readonly hasStatus?: boolean;
}

/** A kind of objects that Antrea adds to a cluster. */
export interface KindDefinition {
  readonly group: string;
  readonly namespaced: boolean;
  readonly plural: string;
  readonly singular: string;
  readonly kind: string;
  readonly shortNames: readonly string[];
  /** What objects of it are. */
  readonly description: string;
  readonly versions: readonly KindVersion[];
  /** Path of the webhook that turns objects of one version into another's. */
  readonly conversionPath?: string;
}

export const age: PrinterColumn = {
  name: 'Age',
  description: 'When the object was made',
  type: 'date',
  jsonPath: '.metadata.creationTimestamp',
};

/** The CustomResourceDefinition of a kind, as `kubectl apply` takes it. */
export function customResourceDefinition(definition: KindDefinition): object {
  const { group, namespaced, plural, singular, kind, shortNames, description, versions, conversionPath } = definition;
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}`, labels: { app: 'antrea' } },
    spec: {
      group,
      scope: namespaced ? 'Namespaced' : 'Cluster',
      names: { plural, singular, kind, shortNames },
      ...(conversionPath === undefined ? {} : { conversion: conversionBy(conversionPath) }),
      versions: versions.map(({ name, stored = true, schema, columns = [], hasStatus = false }) => ({
        name,
        served: true,
        storage: stored,
        schema: { openAPIV3Schema: { description, ...schema } },
        ...(columns.length > 0 ? { additionalPrinterColumns: columns } : {}),
        ...(hasStatus ? { subresources: { status: {} } } : {}),
      })),
    },
  };
}

/** The controller converts; it writes the authority that vouches for it into the definition. */
function conversionBy(path: string): object {
  return {
    strategy: 'Webhook',
    webhook: {
      conversionReviewVersions: ['v1', 'v1beta1'],
      clientConfig: { service: { name: 'antrea', namespace: 'kube-system', path } },
    },
  };
}
