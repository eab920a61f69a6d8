/** One line of an exposition. */
export interface ExposedSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const LINE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"/g;

/** Parses the text format of Prometheus; throws on an invalid line, so that every spec that reads it checks it. */
export function parseExposition(text: string): readonly ExposedSample[] {
  return text.split('\n').flatMap((line) => {
    if (line === '' || line.startsWith('# HELP ') || line.startsWith('# TYPE ')) return [];
    const [, name, labels = '', value] = LINE.exec(line) ?? [];
    if (name === undefined) throw new Error(`not a line of an exposition: ${line}`);
    const pairs = [...labels.matchAll(LABEL)].map(([, label = '', word = '']) => [label, word] as const);
    return [{ name, labels: Object.fromEntries(pairs), value: Number(value) }];
  });
}

/** The value of the only sample with this name and (at least) these labels; undefined if there is none. */
export function valueIn(text: string, name: string, labels: Readonly<Record<string, string>> = {}): number | undefined {
  const fitting = parseExposition(text).filter(
    (sample) => sample.name === name && Object.entries(labels).every(([label, word]) => sample.labels[label] === word),
  );
  if (fitting.length > 1) throw new Error(`${fitting.length} samples of ${name} have these labels`);
  return fitting[0]?.value;
}

/** One declared family of an exposition, with the labels of its samples except `le`. */
export interface ExposedFamily {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly labels: readonly string[];
}

/** The families of an exposition, in order. */
export function familiesIn(text: string): readonly ExposedFamily[] {
  return text.split('\n\n').map((block) => {
    const [, name = '', help = ''] = /^# HELP (\S+) (.*)$/m.exec(block) ?? [];
    const [, type = ''] = /^# TYPE \S+ (\w+)$/m.exec(block) ?? [];
    const labels = parseExposition(block).flatMap((sample) => Object.keys(sample.labels));
    return { name, type, help, labels: [...new Set(labels)].filter((label) => label !== 'le') };
  });
}

/** The names of the samples that a family may have. */
export function sampleNames({ name, type }: ExposedFamily): readonly string[] {
  return type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name];
}
