import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** What continuous integration runs by itself, as the frame around this test. */
const runElsewhere = [/^\.\/tools\/test\b/, /^npm ci\b/, /^npx tsc --build/, /^npx nx\b/, /^npx oxfmt$/];

/** The commands in the README's `sh` blocks, in their order. */
function commands(): string[] {
  const blocks = readFileSync(`${root}README.md`, 'utf8').matchAll(/```sh\n([\s\S]*?)```/g);
  return [...blocks]
    .flatMap(([, block = '']) => block.split('\n'))
    .map((line) => line.replace(/\s+#.*$/, '').trim())
    .filter((line) => line !== '');
}

function run(command: string): Promise<{ exitCode: number; output: string }> {
  return new Promise((resolve) => {
    const child = spawn('bash', ['-c', command], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.on('close', (exitCode) => resolve({ exitCode: exitCode ?? 255, output }));
  });
}

describe('the README', () => {
  // Its commands use the lab without a name.
  afterAll(() => run('./tools/lab down'));

  it.each(commands().filter((command) => !runElsewhere.some((pattern) => pattern.test(command))))(
    '%s',
    async (command) => {
      const { exitCode, output } = await run(command);
      expect({ exitCode, output: exitCode === 0 ? '' : output }).toEqual({ exitCode: 0, output: '' });
    },
  );

  it('leads to files that exist', () => {
    const links = readFileSync(`${root}README.md`, 'utf8').matchAll(/\]\(([^)#:]+)\)/g);
    for (const [, path = ''] of links) expect(() => readFileSync(`${root}${path}`), path).not.toThrow();
  });
});
