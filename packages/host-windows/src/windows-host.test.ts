import { hostContract } from '@antrea-ts/host/testing';
import { describe, expect, it } from 'vitest';
import { buildFakeHns } from './testing/fake-hns.js';
import { makeWindowsFixture, openModelInProcess, windowsLacks } from './testing/windows-fixture.js';

// The fake is built with gcc; the same driver runs on Windows' own libraries.
const suite = process.platform === 'linux' ? describe : describe.skip;

suite('the Windows host over a fake HNS and a model of PowerShell', () => {
  const libraries = process.platform === 'linux' ? buildFakeHns() : undefined;
  hostContract(
    { describe, it, expect },
    {
      makeFixture: () => makeWindowsFixture({ libraries: libraries!, open: openModelInProcess }),
      lacks: windowsLacks,
      signal: new AbortController().signal,
    },
  );
});
