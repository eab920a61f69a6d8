import { expect } from 'chai';
import type { LaunchView } from '../../../lib/api/schemas/launch.ts';
import { outputOf } from '../../../lib/dashboard/detail/history/launch-words.ts';
import { differencesOf, endOf, isFailed } from '../../../lib/frontend/launches/words.ts';
import { instant } from '../frontend/views.ts';

function launch(change: Partial<LaunchView> = {}): LaunchView {
  return {
    ...{
      generation: 7,
      pid: 4711,
      place: null,
      version: '1.0.0',
      executable: '/plant/a',
      revision: 'aaaa',
      stable: false,
    },
    ...{ launched_at: instant(1), ended_at: instant(2), exit: { code: 1, signal: null, class: 'code', because: null } },
    ...{ cause: 'process.exited', uptime_ms: 1_000, max_rss: null, cpu_ms: null, output_tail: null },
    ...change,
  };
}

describe('a launch on the page', () => {
  const stopped = { code: null, signal: 'SIGTERM', class: 'stopped', because: null } as const;

  it('leads to its output', () => {
    expect(outputOf('a b', 7)).to.equal('#/services/a%20b/logs?generation=7');
  });

  it('says how it ended', () => {
    expect(endOf(launch())).to.equal('exit code 1');
    expect(endOf(launch({ exit: stopped, stable: true }))).to.equal('killed by SIGTERM (stopped, was stable)');
    expect(endOf(launch({ exit: { code: null, signal: null, class: null, because: null } }))).to.equal('unknown');
    expect(endOf(launch({ exit: null }))).to.equal('not ended');
    expect([launch(), launch({ exit: stopped }), launch({ exit: null })].map(isFailed)).to.deep.equal([
      true,
      false,
      false,
    ]);
  });

  it('says what differs from the last stable one', () => {
    const failed = launch({ version: '2.0.0' });
    expect(differencesOf({ failed, stable: launch(), variables: ['MODE'] })).to.deep.equal([
      'Its version is 2.0.0; it was 1.0.0.',
      'Variables that differ: MODE.',
    ]);
    expect(differencesOf({ failed, stable: failed, variables: [] })).to.deep.equal([
      'Version, revision and variables are the same.',
    ]);
    expect(differencesOf({ failed, stable: null, variables: [] })).to.deep.equal([
      'No launch before the last failed one was stable.',
    ]);
  });
});
