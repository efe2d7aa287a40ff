export { controllerConfigTable } from './config/keys.js';
export { createStores, type ControlplaneStores } from './store/kinds.js';
