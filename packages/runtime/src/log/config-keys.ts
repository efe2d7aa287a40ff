import { choice } from '../config/value-types.js';
import { configKey } from '../config/config-table.js';
import { logLevels } from './logger.js';

/** The flags by which every program is told how to log. */
export const logConfigKeys = {
  logLevel: configKey({
    type: choice(logLevels),
    default: 'info',
    description: 'How much to log.',
    file: false,
    flag: 'log-level',
  }),
  logFormat: configKey({
    type: choice(['text', 'json']),
    default: 'text',
    description: 'Log lines for people, or one JSON object each for machines.',
    file: false,
    flag: 'log-format',
  }),
};
