#!/usr/bin/env node
import { runMain } from '@antrea-ts/runtime';
import { runAntctl } from './run-antctl.js';

// Who reads may have seen enough (`| head`).
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

await runMain(
  async ({ signal }) => {
    const exitCode = await runAntctl(process.argv.slice(2), {
      env: process.env,
      out: (text) => void process.stdout.write(text),
      err: (text) => void process.stderr.write(text),
      signal,
    });
    // The process ends at once, and a pipe may still be taking what was written.
    await new Promise((resolve) => process.stdout.write('', resolve));
    return exitCode;
  },
  { failureCode: 1 },
);
