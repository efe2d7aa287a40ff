// Makes one module of a program and all that it imports, for node.exe under Wine:
//
//   node bundle.mjs ENTRY.ts DIRECTORY KOFFI-BINARY
//
// Native code is not bundled: koffi is put beside the program, with its binary for Windows.
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = fileURLToPath(new URL('../../', import.meta.url));
const [entry, directory, koffiBinary] = process.argv.slice(2).map((path) => resolve(path));

rmSync(directory, { recursive: true, force: true });
await build({
  configFile: false,
  root,
  logLevel: 'error',
  resolve: { conditions: ['@antrea-ts/source', 'module', 'node'] },
  ssr: { noExternal: true, external: ['koffi', 'ffi-napi'], target: 'node' },
  build: {
    ssr: entry,
    outDir: directory,
    target: 'node20',
    minify: false,
    rolldownOptions: { output: { entryFileNames: 'main.js', chunkFileNames: '[name]-[hash].js' } },
  },
});
writeFileSync(join(directory, 'package.json'), '{ "type": "module" }\n');
for (const [from, name] of [
  [join(root, 'node_modules/koffi'), 'koffi'],
  [koffiBinary, '@koromix/koffi-win32-x64'],
]) {
  const target = join(directory, 'node_modules', name);
  mkdirSync(dirname(target), { recursive: true });
  cpSync(from, target, { recursive: true });
}
