import type { HttpAnswer, HttpRequest } from '@antrea-ts/runtime';
import { json } from './api-group.js';

/** A column that kubectl shows. */
export interface TableColumn<T> {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'date';
  readonly format?: string;
  readonly description: string;
  readonly cell: (object: T) => string | number;
}

type Served = { readonly metadata: object };

/** Answers with an object or a list, or with a table of it where the client asks for that, as kubectl does. */
export function answerAsAsked<T extends Served>(
  http: HttpRequest,
  columns: readonly TableColumn<T>[],
  objects: readonly T[],
  whole: () => object,
): HttpAnswer {
  if (!asksForTable(http)) return json(whole());
  const include = http.query.get('includeObject') ?? 'Metadata';
  return json({
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: {},
    columnDefinitions: columns.map(({ name, type, format = '', description }) => ({
      name,
      type,
      format,
      description,
      priority: 0,
    })),
    rows: objects.map((object) => ({
      cells: columns.map(({ cell }) => cell(object)),
      object: rowObject(object, include),
    })),
  });
}

function rowObject({ metadata, ...rest }: Served, include: string): object | null {
  if (include === 'None') return null;
  if (include === 'Object') return { metadata, ...rest };
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata };
}

/** The first kind that the client takes and we have. */
function asksForTable({ headers }: HttpRequest): boolean {
  const accepted = String(headers['accept'] ?? '').split(',');
  const first = accepted.map((each) => each.replaceAll(' ', '')).find((each) => isTable(each) || isJson(each));
  return first !== undefined && isTable(first);
}

function isTable(type: string): boolean {
  return type.startsWith('application/json;') && /;as=Table(;|$)/.test(type) && /;v=v1(;|$)/.test(type);
}

function isJson(type: string): boolean {
  return /^(application\/json|application\/\*|\*\/\*)(;q=[\d.]+)?$/.test(type);
}
