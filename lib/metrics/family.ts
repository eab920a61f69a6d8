/** One line of a family. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** What the name of the line has after the name of the family, in histograms: `_bucket`, `_sum` or `_count`. */
  readonly suffix?: string;
}

/** A family whose samples are read on request, so that nothing has to keep it up to date. */
export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: 'gauge' | 'counter' | 'histogram';
  readonly labelNames: readonly string[];
  readonly read: () => Iterable<Sample>;
}

function escapedHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function escapedLabel(text: string): string {
  return /["\\\n]/.test(text) ? escapedHelp(text).replaceAll('"', '\\"') : text;
}

function lineOf(name: string, { labels, value }: Sample): string {
  let text = '';
  for (const label in labels) text += `${text === '' ? '{' : ','}${label}="${escapedLabel(labels[label] ?? '')}"`;
  return text === '' ? `${name} ${value}` : `${name}${text}} ${value}`;
}

/**
 * The lines of a family in the text format of Prometheus, as prom-client writes them. prom-client takes five times as
 * long for the thousands of lines of a thousand services, and writes them in one turn of the event loop.
 */
export function* linesOf({ name, help, type, read }: Family): Generator<string, void, undefined> {
  yield `# HELP ${name} ${escapedHelp(help)}`;
  yield `# TYPE ${name} ${type}`;
  for (const sample of read()) yield lineOf(name + (sample.suffix ?? ''), sample);
}
