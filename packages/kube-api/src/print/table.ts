import { isCustom, type PrinterColumn } from '../resources/registry.js';
import type { ApiResource } from '../resources/resource.js';
import type { ApiObject } from '../object.js';
import { ageOf } from './age.js';
import { evaluateJsonPath } from './json-path.js';
import { ageColumn, defaultColumns, nameColumn, printers, type Column } from './printers.js';

/** How much of each object a table carries along (`includeObject`). */
export type IncludeObject = 'None' | 'Metadata' | 'Object';

/** Objects as `meta.k8s.io` Table, which kubectl prints as it comes. */
export function tableOf(
  resource: ApiResource,
  objects: readonly ApiObject[],
  options: {
    readonly version: string;
    readonly include: IncludeObject;
    readonly resourceVersion: string;
    readonly continueToken?: string;
    readonly remaining?: number;
    /** Watch events after the first carry no column definitions. */
    readonly withoutColumns?: boolean;
  },
): object {
  const columns = columnsOf(resource);
  const now = Date.now();
  return {
    kind: 'Table',
    apiVersion: `meta.k8s.io/${options.version}`,
    metadata: {
      resourceVersion: options.resourceVersion,
      ...(options.continueToken ? { continue: options.continueToken, remainingItemCount: options.remaining } : {}),
    },
    columnDefinitions: options.withoutColumns ? null : columns.map(definitionOf),
    rows: objects.map((object) => ({
      cells: columns.map((column) => column.value(object, now)),
      ...included(object, options.include),
    })),
  };
}

function included(object: ApiObject, include: IncludeObject): { object?: object } {
  switch (include) {
    case 'None':
      return {};
    case 'Object':
      return { object };
    case 'Metadata':
      return {
        object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata },
      };
  }
}

function definitionOf({ name, priority, type = 'string' }: Column): object {
  return { name, type, format: name === 'Name' ? 'name' : '', description: '', priority };
}

function columnsOf(resource: ApiResource): readonly Column[] {
  if (!isCustom(resource)) return printers[resource.kind] ?? defaultColumns;
  const own = resource.columns.map(customColumn);
  return own.length === 0 ? [nameColumn, ageColumn] : [nameColumn, ...own];
}

function customColumn({ name, type, jsonPath, priority = 0 }: PrinterColumn): Column {
  return {
    name,
    priority,
    type,
    value: (object, now) => {
      const [value] = evaluateJsonPath(object, jsonPath);
      if (value === undefined || value === null) return null;
      if (type === 'date') return ageOf(value, now);
      if (typeof value === 'object') return JSON.stringify(value);
      return value as string | number | boolean;
    },
  };
}
