import { describe, expect, it } from 'vitest';
import { ApiError } from '../status.js';
import { parseBody } from './body.js';

function reasonOf(text: string, contentType: string): string {
  try {
    parseBody(Buffer.from(text), contentType);
    return 'none';
  } catch (error) {
    if (error instanceof ApiError) return error.reason;
    throw error;
  }
}

describe('parseBody', () => {
  it.each([
    ['{"a":1}', ''],
    ['{"a":1}', 'application/json'],
    ['{"a":1}', 'application/json; charset=utf-8'],
    ['{"a":1}', 'application/merge-patch+json'],
    ['a: 1', 'application/yaml'],
    ['a: 1', 'application/apply-patch+yaml'],
  ])('%s as "%s"', (text, contentType) => {
    expect(parseBody(Buffer.from(text), contentType)).toEqual({ a: 1 });
  });

  it.each([
    ['a=1', 'application/x-www-form-urlencoded', 'UnsupportedMediaType'],
    ['{}', 'text/json', 'UnsupportedMediaType'],
    ['{', 'application/json', 'BadRequest'],
    ['{}', 'application/vnd.kubernetes.protobuf', 'BadRequest'],
    ['a: [', 'application/yaml', 'BadRequest'],
    [`${'['.repeat(499)}${']'.repeat(499)}`, 'application/json', 'none'],
    [`${'['.repeat(501)}${']'.repeat(501)}`, 'application/json', 'BadRequest'],
    [`${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`, 'application/json', 'BadRequest'],
    [`a: &a [1,2]\nb: &b [${'*a,'.repeat(20)}*a]\nc: [${'*b,'.repeat(20)}*b]`, 'application/yaml', 'BadRequest'],
  ])('refuses %.20s as "%s": %s', (text, contentType, reason) => {
    expect(reasonOf(text, contentType)).toBe(reason);
  });
});
