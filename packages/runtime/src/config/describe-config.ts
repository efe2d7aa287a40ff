import { redacted } from '../log/redact.js';
import type { LogFields } from '../log/logger.js';
import type { ConfigSetting } from './resolve-config.js';

/** Fields for the log line at start: each value that is not the default, with its source; secrets removed. */
export function describeSettings(settings: readonly ConfigSetting[]): LogFields {
  const given = settings.filter(({ source }) => source !== 'default');
  return Object.fromEntries(
    given.map(({ path, value, source, secret }) => [path, { value: secret ? redacted : value, source }]),
  );
}
