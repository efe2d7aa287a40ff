export { renderManifest, renderWindowsManifest } from './render-manifest.js';
export { renderNetworkConfig } from './network-config.js';
