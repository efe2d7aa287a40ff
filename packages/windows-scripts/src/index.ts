export { constants, renderConstants } from './constants.js';
