import type { IncomingMessage } from 'node:http';
import { parse as parseYaml } from 'yaml';
import type { Json } from '../object.js';
import { decodeProtobufObject, protobufContentType } from '../protobuf/decode-object.js';
import { ApiError } from '../status.js';

/** Largest body, as the real server has it. */
const maxBodyBytes = 3 << 20;
/** Deeper than any schema; what works on objects recurses, and must come to an end. */
const maxDepth = 500;

/** Reads a body whole, up to a bound. Throws `RequestEntityTooLarge`. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBodyBytes) {
      throw new ApiError('RequestEntityTooLarge', `Request entity too large: limit is ${maxBodyBytes}`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/**
 * What a body says, whatever it is written in: JSON (also where no type is given), YAML or protocol buffers. Throws
 * `BadRequest`, and `UnsupportedMediaType` for anything else.
 */
export function parseBody(body: Buffer, contentType: string): Json {
  const type = contentType.split(';')[0]?.trim().toLowerCase() ?? '';
  if (type === protobufContentType) return decodeProtobufObject(body);
  const isYaml = /^application\/([\w.-]+\+)?yaml$/.test(type);
  if (!isYaml && type !== '' && !/^application\/([\w.-]+\+)?json$/.test(type)) {
    throw new ApiError(
      'UnsupportedMediaType',
      `the body of the request was in an unknown format (${type}) - accepted media types include: application/json, application/yaml, ${protobufContentType}`,
    );
  }
  const value = parseText(body.toString('utf8'), isYaml);
  if (isDeeper(value, maxDepth)) {
    throw new ApiError('BadRequest', `couldn't read the body of the request: exceeded max depth ${maxDepth}`);
  }
  return value;
}

function parseText(text: string, isYaml: boolean): Json {
  try {
    return (isYaml ? parseYaml(text, { maxAliasCount: 100 }) : JSON.parse(text)) as Json;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ApiError('BadRequest', `couldn't read the body of the request: ${why}`);
  }
}

function isDeeper(value: Json, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return depth === 0 || Object.values(value).some((child) => isDeeper(child, depth - 1));
}
