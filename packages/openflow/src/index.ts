export type * from './model/action.js';
export type * from './model/field.js';
export type * from './model/message.js';
