import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { familiesIn, sampleNames } from '../../support/built/exposed.ts';
import { fullExposition } from '../../support/control/full-metrics.ts';

const ROOT = new URL('../../../', import.meta.url);
const DASHBOARD = 'examples/grafana/coredinator.json';
const RULES = 'examples/prometheus/coredinator.rules.yml';

function textOf(file: string): string {
  return readFileSync(new URL(file, ROOT), 'utf8');
}

interface Target {
  readonly expr: string;
  readonly datasource: { readonly uid: string };
}

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly Target[];
}

interface Dashboard {
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly definition?: string }[] };
  readonly annotations: { readonly list: readonly { readonly expr: string }[] };
}

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: Readonly<Record<string, string>>;
}

const dashboard = JSON.parse(textOf(DASHBOARD)) as Dashboard; // the form that Grafana imports
const { groups } = parse(textOf(RULES)) as { groups: readonly { readonly rules: readonly Rule[] }[] }; // of Prometheus
const rules = groups.flatMap((group) => group.rules);

/** The metrics that an expression of PromQL names: words that are no label and no function of its language. */
function metricsIn(expression: string): readonly string[] {
  return expression.match(/\b(?:coredinator|process|nodejs)_\w+/g) ?? [];
}

/** The labels that an expression selects or groups by, with the metric that they are of. */
function selectionsIn(expression: string): readonly (readonly [metric: string, label: string])[] {
  return [...expression.matchAll(/\b((?:coredinator|process|nodejs)_\w+)\{([^}]*)\}/g)].flatMap(
    ([, metric = '', inside = '']) =>
      [...inside.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label = '']) => [metric, label] as const),
  );
}

describe('the examples of monitoring', () => {
  let exposed: ReadonlyMap<string, readonly string[]>;
  const expressions = [
    ...dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
    ...dashboard.templating.list.map(({ definition = '' }) => definition),
    ...dashboard.annotations.list.map(({ expr }) => expr),
    ...rules.map(({ expr }) => expr),
  ];

  before(async () => {
    const families = familiesIn(await fullExposition());
    exposed = new Map(families.flatMap((family) => sampleNames(family).map((name) => [name, family.labels] as const)));
  });

  it('ask for nothing that a host does not tell', () => {
    const asked = new Set(expressions.flatMap(metricsIn));
    expect(asked.size).to.be.greaterThan(15);
    expect([...asked].filter((name) => !exposed.has(name))).to.deep.equal([]);
  });

  it('select by no label that a metric does not have', () => {
    const added = new Set(['instance', 'job']); // by Prometheus itself
    const foreign = expressions
      .flatMap(selectionsIn)
      .filter(([metric, label]) => !added.has(label) && exposed.get(metric)?.includes(label) !== true);
    expect(foreign).to.deep.equal([]);
  });

  it('have a dashboard whose panels do not overlap, and which asks the data source that was chosen', () => {
    const { panels } = dashboard;
    expect(new Set(panels.map(({ id }) => id)).size).to.equal(panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, index) => `${x + (index % w)} ${y + Math.floor(index / w)}`),
    );
    expect(new Set(cells).size).to.equal(cells.length);
    expect(Math.max(...panels.map(({ gridPos: { x, w } }) => x + w))).to.equal(24);
    const sources = panels.flatMap(({ targets = [] }) => targets.map(({ datasource }) => datasource.uid));
    expect(new Set(sources)).to.deep.equal(new Set(['${datasource}']));
  });

  it('scrape a host that requires no token, and say what to add for one that does', () => {
    const text = textOf('examples/prometheus/prometheus.yml');
    const jobOf = (yaml: string): unknown => (parse(yaml) as { scrape_configs: unknown[] }).scrape_configs[0]; // a list of jobs
    const job = { job_name: 'coredinator', scrape_interval: '15s', static_configs: [{ targets: ['127.0.0.1:8000'] }] };
    expect(jobOf(text)).to.deep.equal(job);
    const withToken = text.replace(/^( +)# (?=authorization:| +(?:type|credentials_file):)/gm, '$1');
    const authorization = { type: 'Bearer', credentials_file: 'coredinator.token' };
    expect(jobOf(withToken)).to.deep.equal({ ...job, authorization });
  });

  it('have alerts that say what to do', () => {
    for (const { alert, annotations } of rules) {
      expect(annotations, alert).to.have.all.keys('summary', 'description');
    }
  });
});

describe('docs/metrics.md', () => {
  it('lists every metric of the host with its type, labels and meaning, and no other', async () => {
    const own = familiesIn(await fullExposition()).filter(({ name }) => name.startsWith('coredinator_'));
    const rows = [...textOf('docs/metrics.md').matchAll(/^\| `(coredinator_\w+)` *\|(.*)\|$/gm)].map(
      ([, name = '', rest = '']) => [name, ...rest.split('|').map((cell) => cell.trim())],
    );
    const expected = own.map(({ name, type, labels, help }) => [
      name,
      type,
      labels.map((label) => `\`${label}\``).join(', '),
      help,
    ]);
    const byName = ([one = '']: readonly string[], [other = '']: readonly string[]): number => one.localeCompare(other);
    expect(rows.sort(byName)).to.deep.equal(expected.sort(byName));
  });
});
