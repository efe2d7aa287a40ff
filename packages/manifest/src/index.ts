export { renderManifest } from './render-manifest.js';
export { networkConfigList } from './network-config.js';
