/** Values of a metric's labels, one argument when it has labels, none when it has not. */
export type LabelArgs<L extends string> = [L] extends [never] ? [] : [labels: Readonly<Record<L, string | number>>];

/** Only ever grows. */
export interface Counter<L extends string = never> {
  inc(...labels: LabelArgs<L>): void;
  add(amount: number, ...labels: LabelArgs<L>): void;
}

/** Goes up and down. */
export interface Gauge<L extends string = never> {
  set(value: number, ...labels: LabelArgs<L>): void;
  add(amount: number, ...labels: LabelArgs<L>): void;
  /** Forgets the series of these labels. */
  remove(...labels: LabelArgs<L>): void;
}

/** Counts observations in buckets. */
export interface Histogram<L extends string = never> {
  observe(value: number, ...labels: LabelArgs<L>): void;
}

/** What a metric is called and labelled. */
export interface MetricOptions<L extends string> {
  /** The full name, as it is scraped. */
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly L[];
  /** Label values whose series are there, at zero, from the start. */
  readonly initial?: readonly Readonly<Record<L, string>>[];
}

/** The metrics of one program. */
export interface Metrics {
  counter<const L extends string = never>(options: MetricOptions<L>): Counter<L>;
  /** `collect` is called at each scrape, to set the gauge then. */
  gauge<const L extends string = never>(
    options: MetricOptions<L> & { readonly collect?: (gauge: Gauge<L>) => void | Promise<void> },
  ): Gauge<L>;
  /** `buckets` are upper bounds in the metric's unit. */
  histogram<const L extends string = never>(
    options: MetricOptions<L> & { readonly buckets?: readonly number[] },
  ): Histogram<L>;
  /** The exposition text and its content type. */
  render(): Promise<{ readonly contentType: string; readonly body: string }>;
}
