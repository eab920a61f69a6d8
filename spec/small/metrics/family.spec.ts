import { expect } from 'chai';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { Durations } from '../../../lib/metrics/durations.ts';
import { linesOf, type Family } from '../../../lib/metrics/family.ts';

function textOf(family: Family): string {
  return `${[...linesOf(family)].join('\n')}\n`;
}

describe('a family of numbers', () => {
  const hard = 'a "quoted" word, a back\\slash, and\na new line';
  const samples = [
    { labels: { service: 'pump1-corerl', version: '2.0.1' }, value: 1 },
    { labels: { service: 'tank', version: hard }, value: 0.125 },
    { labels: { service: 'mill', version: '' }, value: 12_345_678_901 },
  ];

  it('is written as prom-client writes it', async () => {
    const shape = { name: 'coredinator_some', help: `What it is: ${hard}.`, labelNames: ['service', 'version'] };
    const registry = new Registry();
    const gauge = new Gauge({ ...shape, registers: [registry] });
    for (const { labels, value } of samples) gauge.set(labels, value);
    expect(textOf({ ...shape, type: 'gauge', read: () => samples })).to.equal(await registry.metrics());
  });

  it('is written as prom-client writes it, also without labels', async () => {
    const shape = { name: 'coredinator_some_total', help: 'Some.', labelNames: [] };
    const registry = new Registry();
    new Counter({ ...shape, registers: [registry] }).inc(7);
    const family: Family = { ...shape, type: 'counter', read: () => [{ labels: {}, value: 7 }] };
    expect(textOf(family)).to.equal(await registry.metrics());
  });

  it('of durations is written as prom-client writes a histogram', async () => {
    const bounds = [0.0005, 0.25, 5];
    const shape = { name: 'coredinator_some_seconds', help: 'Some.', labelNames: ['route', 'status'] };
    const registry = new Registry();
    const histogram = new Histogram({ ...shape, buckets: bounds, registers: [registry] });
    const labels = { route: '/api/services/{id}', status: '200' };
    const durations = new Durations(bounds);
    for (const seconds of [0, 0.0005, 0.000_500_1, 0.125, 0.25, 0.3, 4.999, 5, 5.1, 1_000]) {
      histogram.observe(labels, seconds);
      durations.add(seconds);
    }
    const family: Family = { ...shape, type: 'histogram', read: () => durations.samples(labels) };
    expect(textOf(family)).to.equal(await registry.metrics());
  });
});
