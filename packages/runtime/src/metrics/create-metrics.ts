import type { Registry } from 'prom-client';
import type { Counter, Gauge, Histogram, LabelArgs, MetricOptions, Metrics } from './metrics.js';

/** Which metrics come for free. */
export interface CreateMetricsOptions {
  /** Metrics of the process and of Node (memory, CPU, event loop); default true. */
  readonly processMetrics?: boolean;
}

type Client = typeof import('prom-client');
type Labels = Readonly<Record<string, string | number>>;

/** Makes a program's own registry of metrics. Asynchronous because the library is loaded only then. */
export async function createMetrics(options: CreateMetricsOptions = {}): Promise<Metrics> {
  const { default: client } = await import('prom-client');
  const registry = new client.Registry();
  if (options.processMetrics ?? true) client.collectDefaultMetrics({ register: registry });
  return new PromMetrics(client, registry);
}

class PromMetrics implements Metrics {
  readonly #client: Client;
  readonly #registry: Registry;

  constructor(client: Client, registry: Registry) {
    this.#client = client;
    this.#registry = registry;
  }

  counter<const L extends string = never>(options: MetricOptions<L>): Counter<L> {
    const counter = new this.#client.Counter(this.#common(options));
    for (const labels of initialLabels(options)) counter.inc(labels, 0);
    return {
      inc: (...labels) => counter.inc(labelsOf(labels), 1),
      add: (amount, ...labels) => counter.inc(labelsOf(labels), amount),
    };
  }

  gauge<const L extends string = never>(
    options: MetricOptions<L> & { readonly collect?: (gauge: Gauge<L>) => void | Promise<void> },
  ): Gauge<L> {
    const { collect } = options;
    const gauge = new this.#client.Gauge({
      ...this.#common(options),
      ...(collect !== undefined && { collect: () => collect(ours) }),
    });
    const ours: Gauge<L> = {
      set: (value, ...labels) => gauge.set(labelsOf(labels), value),
      add: (amount, ...labels) => gauge.inc(labelsOf(labels), amount),
      remove: (...labels) => gauge.remove(labelsOf(labels)),
    };
    for (const labels of initialLabels(options)) gauge.set(labels, 0);
    return ours;
  }

  histogram<const L extends string = never>(
    options: MetricOptions<L> & { readonly buckets?: readonly number[] },
  ): Histogram<L> {
    const { buckets } = options;
    const histogram = new this.#client.Histogram({
      ...this.#common(options),
      ...(buckets !== undefined && { buckets: [...buckets] }),
    });
    for (const labels of initialLabels(options)) histogram.zero(labels);
    return { observe: (value, ...labels) => histogram.observe(labelsOf(labels), value) };
  }

  async render(): Promise<{ readonly contentType: string; readonly body: string }> {
    return { contentType: this.#registry.contentType, body: await this.#registry.metrics() };
  }

  #common(options: MetricOptions<string>) {
    return {
      name: options.name,
      help: options.help,
      labelNames: [...(options.labels ?? [])],
      registers: [this.#registry],
    };
  }
}

function labelsOf<L extends string>(labels: LabelArgs<L>): Labels {
  return (labels as readonly [Labels?])[0] ?? {};
}

function initialLabels<L extends string>(options: MetricOptions<L>): readonly Record<string, string>[] {
  return (options.initial ?? []).map((labels) => ({ ...labels }));
}
