export { default } from '../../tools/presets/vitest.ts';
