import './platform.js';
export type * from './driver.js';
