export { controllerConfigTable } from './config/keys.js';
