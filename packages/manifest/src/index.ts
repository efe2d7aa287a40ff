export { renderManifest } from './render-manifest.js';
export { renderNetworkConfig } from './network-config.js';
