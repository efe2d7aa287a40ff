import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { groupName } from './group-name.js';

const sha1 = (bytes: Uint8Array): string => createHash('sha1').update(bytes).digest('hex');
const nameOf = (text: string): string => groupName(text, sha1);

describe('names of groups', () => {
  it.each([
    ['namespace=default And podSelector=', 'b72edd42-0f24-5ec4-a7a7-ecd0e323b822'],
    ['namespace=default And podSelector=app=web', '0f4789f6-6f28-5440-8ad4-46d8ac276643'],
    ['namespaceSelector= And podSelector=', '3531148b-82bf-5ed7-96d1-2b55af7949de'],
    ['namespaceSelector=', '946d5846-ff34-5a8c-ab0b-2c6c271b0778'],
    ['namespaceSelector=env=prod And podSelector=app in (a,b),tier', '1d3c62f8-6229-56c9-a6e0-d79ea2042001'],
    ['namespace=default', '727a455c-33c8-5e96-8d14-8e3242745847'],
  ])('of %s', (text, name) => expect(nameOf(text)).toBe(name));
});
