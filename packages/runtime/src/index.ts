export { RuntimeError, errorMessage, isAbortError, type RuntimeErrorCode } from './errors.js';

export { logLevels, type LogFields, type Logger, type LogLevel } from './log/logger.js';
export { logConfigKeys } from './log/config-keys.js';
export { createLogger, type LoggerOptions, type RootLogger } from './log/create-logger.js';
export { memoryLogger, silentLogger, type MemoryLogEntry, type MemoryLogger } from './log/memory-logger.js';
export { RotatingFile, type RotatingFileOptions } from './log/rotating-file.js';

export { runCommand, type CommandOptions, type CommandResult, type CommandRunner } from './command/run-command.js';
export { CommandError, type CommandEnd } from './command/command-error.js';

export { pause, systemClock, type Clock } from './clock.js';

export { configKey, configTable, type ConfigKey, type ConfigOf, type ConfigPlatform } from './config/config-table.js';
export type { ConfigKeys, ConfigTable } from './config/config-table.js';
export { bool, choice, duration, int, port, text, textList } from './config/value-types.js';
export { parsed, refused, type ParsedValue, type RawValue, type ValueType } from './config/value-type.js';
export { formatDuration, tryParseDuration } from './config/duration.js';
export { defaultGates, featureGates, type FeatureGate, type FeatureGateValues } from './config/feature-gates.js';
export { loadConfig, type LoadConfigOptions, type LoadedConfig } from './config/load-config.js';
export { resolveConfig, type ConfigSetting, type ConfigSource } from './config/resolve-config.js';
export { describeSettings } from './config/describe-config.js';
export { renderHelp } from './config/render-help.js';
export { renderSampleFile } from './config/render-sample.js';
export { renderConfigMarkdown } from './config/render-markdown.js';
export { nearest, suggestion } from './config/nearest.js';

export { Lifetime, openedUnder, orAborted, runTogether, untilAborted } from './lifecycle/lifetime.js';
export { exitCodes, runMain, type RunMainOptions } from './lifecycle/run-main.js';

export { createMetrics, type CreateMetricsOptions } from './metrics/create-metrics.js';
export type { Counter, Gauge, Histogram, MetricOptions, Metrics } from './metrics/metrics.js';

export { writeFileAtomic } from './files/atomic-write.js';
export { ensureDirectory } from './files/ensure-directory.js';
export { isProcessAlive, readPidFile, writePidFile } from './files/pid-file.js';

export {
  createHttpServer,
  type HttpServer,
  type HttpServerOptions,
  type ServerCertificate,
  type TlsSettings,
} from './http/http-server.js';
export {
  HttpError,
  type ClientCertificate,
  type HttpAnswer,
  type HttpHandler,
  type HttpRequest,
} from './http/http-types.js';
export { Router } from './http/router.js';
export { queryParameters } from './http/query-parameters.js';
export { routeFeatureGates, routeLogLevel, routeVersion } from './http/operations.js';
export {
  HealthChecks,
  routeMetrics,
  tolerantCheck,
  type HealthCheck,
  type HealthFinding,
  type HealthKind,
} from './http/health.js';

export { tlsSettings } from './tls/tls-settings.js';
export { createAuthority, type Authority, type KeyPairPem } from './tls/authority.js';
