// Makes bundles of the lab's programs, for a machine where looking up four hundred modules takes ten seconds:
//
//   node bundle.mjs DIRECTORY
//
// DIRECTORY/mount.sh, run in the virtual machine, puts them in the place of the programs. The programs are built before.
import { rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'vite';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const programs = [
  'packages/lab/dist/main.js',
  'packages/lab/dist/daemon-main.js',
  'packages/agent/dist/main-linux.js',
  'packages/controller/dist/main.js',
];
const directory = resolve(process.argv[2] ?? 'dist');

/** Modules find files next to them: they go on believing that they are where they were. */
const keepPlaces = {
  name: 'keep-places',
  transform(code, id) {
    if (!code.includes('import.meta.url')) return null;
    return code.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(id).href));
  },
};

/** Chunks stay apart: what a program loads later, or never, is not read at its start. */
async function bundle(input, outDir) {
  await build({
    configFile: false,
    root,
    logLevel: 'error',
    plugins: [keepPlaces],
    ssr: { noExternal: true, target: 'node' },
    build: {
      ssr: input,
      outDir,
      target: 'node20',
      minify: false,
      rolldownOptions: { output: { entryFileNames: 'main.js', chunkFileNames: '[name]-[hash].js' } },
    },
  });
  writeFileSync(join(outDir, 'package.json'), '{ "type": "module" }\n');
}

rmSync(directory, { recursive: true, force: true });
let mounts = '';
for (const [index, program] of programs.entries()) {
  const outDir = join(directory, String(index));
  await bundle(join(root, program), outDir);
  const stub = join(outDir, 'stub.js');
  writeFileSync(stub, `import ${JSON.stringify(pathToFileURL(join(outDir, 'main.js')).href)};\n`);
  mounts += `mount --bind '${stub}' '${join(root, program)}'\n`;
}
writeFileSync(join(directory, 'mount.sh'), mounts);
