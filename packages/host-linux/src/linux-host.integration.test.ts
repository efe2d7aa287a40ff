import { describe, expect, it } from 'vitest';
import { hostContract } from '@antrea-ts/host/testing';
import { makeLinuxFixture } from './testing/linux-fixture.js';

const { signal } = new AbortController();

describe('linux host', () => {
  hostContract({ describe, it, expect }, { makeFixture: () => makeLinuxFixture(), signal });
});
