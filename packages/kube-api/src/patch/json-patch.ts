import fastJsonPatch, { type Operation } from 'fast-json-patch';
import type { Json } from '../object.js';
import { ApiError } from '../status.js';

const maxSteps = 10_000;

/** RFC 6902. A step that cannot be done, or a test that fails, refuses the whole patch. */
export function jsonPatch(target: Json, patch: Json): Json {
  if (!Array.isArray(patch)) throw new ApiError('BadRequest', 'a JSON patch must be an array of operations');
  if (patch.length > maxSteps)
    throw new ApiError('RequestEntityTooLarge', `a JSON patch has at most ${maxSteps} operations`);
  try {
    return fastJsonPatch.applyPatch(target, patch as unknown as Operation[], true, false).newDocument;
  } catch (error) {
    const message = error instanceof Error ? error.message.split('\n')[0] : String(error);
    throw new ApiError('Invalid', `the server rejected our request due to an error in our request: ${message}`);
  }
}
