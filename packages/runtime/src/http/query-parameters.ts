import { suggestion } from '../config/nearest.js';
import { HttpError } from './http-types.js';

/**
 * The query's parameters, all optional, of those that a path knows. Empty ones count as absent, as in Go's servers. Throws
 * `HttpError` 400 that names a parameter which is unknown or there twice.
 */
export function queryParameters<const N extends string>(
  query: URLSearchParams,
  known: readonly N[],
): Readonly<Partial<Record<N, string>>> {
  const values: Partial<Record<N, string>> = {};
  for (const [given, value] of query) {
    const name = known.find((candidate) => candidate === given);
    if (name === undefined) {
      const list = known.length === 0 ? 'there are none here' : `use ${known.join(', ')}`;
      throw new HttpError(400, `unknown parameter "${given}"${suggestion(given, known) || `; ${list}`}`);
    }
    if (name in values) throw new HttpError(400, `parameter ${name} is given twice; give it once`);
    if (value !== '') values[name] = value;
  }
  return values;
}
