// ESLint holds one thing only: which package may import which (oxlint has the other rules).
import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';

const layers = ['values', 'protocols', 'ports', 'compute', 'drivers', 'programs', 'e2e'];

/** A layer sees itself and the layers below it, never those above. */
const layerConstraints = layers.map((layer, index) => ({
  sourceTag: `layer:${layer}`,
  onlyDependOnLibsWithTags: layers.slice(0, index + 1).map((below) => `layer:${below}`),
}));

export default [
  { ignores: ['**/vitest*.config.ts', '**/dist', '**/out-tsc', '**/node_modules', '.nx'] },
  {
    files: ['**/*.ts'],
    plugins: { '@nx': nx },
    languageOptions: { parser: tseslint.parser },
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        {
          depConstraints: [
            ...layerConstraints,
            { sourceTag: 'pure', onlyDependOnLibsWithTags: ['pure'] },
            { sourceTag: 'platform:any', onlyDependOnLibsWithTags: ['platform:any'] },
            { sourceTag: 'platform:linux', onlyDependOnLibsWithTags: ['platform:any', 'platform:linux'] },
            { sourceTag: 'platform:windows', onlyDependOnLibsWithTags: ['platform:any', 'platform:windows'] },
          ],
        },
      ],
    },
  },
];
