export { nodeProfile } from './node-profile.js';
