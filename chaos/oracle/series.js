import { wrongWithSeries } from '../../spec/support/walks/walk-rules.ts';

/** The delay between a decision to launch and the start line of the process. */
const SERIES_MS = 500;

/**
 * Checks the launches of every service with a bound (spec/support/walks/walk-rules.ts). A series ends with a command,
 * and whenever a fault has changed the clock or lost the budget.
 */
export function judgeSeries({ ledger, promised, seriesBegins, tally }) {
  for (const one of promised) {
    const { bound, services } = one.target;
    if (bound === null) continue;
    const ends = [...one.spans, ...seriesBegins.map((at) => ({ from: at, to: at }))];
    ends.sort((a, b) => a.from - b.from);
    for (const service of services) judge(service, bound, ends, ledger, tally);
  }
}

function judge(service, bound, ends, ledger, tally) {
  const launches = ledger.launches.filter((launch) => launch.service === service);
  let series = [];
  let begun = -1;
  for (const { startedAt: at, file, generation } of launches) {
    const since = ends.findLastIndex(({ from }) => from <= at);
    // While a command takes effect, nobody can say to which series a launch belongs.
    const isFresh = since !== begun || ends.some(({ from, to }) => at >= from - SERIES_MS && at <= to + SERIES_MS);
    series = isFresh ? [] : series;
    begun = since;
    series.push({ at, file, isUp: true });
    tally.hit('launches checked against the policy');
    const wrong = wrongWithSeries(series, bound);
    if (wrong !== null)
      tally.lose('launches beyond the policy', `${service} generation ${generation}: ${wrong} (${describe(series)}).`);
  }
}

function describe(series) {
  const from = series[0].at;
  return series
    .slice(-8)
    .map(({ at, file }) => `${file} at +${at - from} ms`)
    .join(', ');
}
