import { expect } from 'chai';
import picocolors from 'picocolors';
import type { LaunchPageView, LaunchView } from '../../../lib/api/schemas/launch.ts';
import { launchesText } from '../../../lib/cli/services/launches.ts';

const NOW = Date.parse('2026-01-02T03:10:00.000Z');
const PLAIN = picocolors.createColors(false);

function launch(generation: number, change: Partial<LaunchView> = {}): LaunchView {
  return {
    ...{
      generation,
      pid: 4711,
      place: null,
      version: '1.0.0',
      executable: '/plant/corerl-1.0.0',
      revision: 'aaaa',
      stable: false,
    },
    ...{ launched_at: '2026-01-02T03:04:00.000Z', ended_at: '2026-01-02T03:05:00.000Z', cause: 'process.exited' },
    exit: { code: 1, signal: null, class: 'code', because: null },
    ...{ uptime_ms: 60_000, max_rss: 73_400_320, cpu_ms: 310, output_tail: null },
    ...change,
  };
}

const lineOf = (text: string) => ({ at: null, stream: 'stdout', text }) as const;
const live = launch(5, { exit: null, ended_at: null, cause: null, uptime_ms: null, max_rss: null, cpu_ms: null });
const failed = launch(4, {
  ...{ version: '2.0.0', executable: '/plant/corerl-2.0.0' },
  output_tail: [
    lineOf('starting'),
    { at: null, stream: 'stderr', text: `\x1b[31mno host\x1b[0m\x1b]0;x\x07${'y'.repeat(60)}` },
  ],
});
const stable = launch(2, {
  ...{ stable: true, exit: { code: null, signal: 'SIGTERM', class: 'stopped', because: null }, cause: 'service.stop' },
  output_tail: [lineOf('one'), lineOf('two'), lineOf('three')],
});
const PAGE: LaunchPageView = {
  ...{ service_id: 'pump', launches: [live, failed, stable], next: null },
  comparison: { failed, stable, variables: ['DB_HOST', 'MODE'] },
};

function shown(page: LaunchPageView, width?: number): string[] {
  return launchesText({ colors: PLAIN, width, now: () => NOW }, page).split('\n');
}

describe('the launches of a service on the command line', () => {
  it('are a table that says how each ended', () => {
    expect(shown(PAGE).slice(0, 4)).to.deep.equal([
      'LAUNCH  STARTED  UP     ENDED                                    VERSION  REVISION  MEMORY  CPU     CAUSE',
      '5       6m ago   -      not ended                                1.0.0    aaaa      -       -       -',
      '4       6m ago   1 min  exit code 1                              2.0.0    aaaa      70M     0.31 s  process.exited',
      '2       6m ago   1 min  killed by SIGTERM (stopped, was stable)  1.0.0    aaaa      70M     0.31 s  service.stop',
    ]);
  });

  it('have the last words of a crash after those of the last stable one, and what differs', () => {
    expect(shown(PAGE).slice(5)).to.deep.equal([
      'Launch 4: exit code 1; before it, launch 2 was stable.',
      '  Its version is 2.0.0; it was 1.0.0.',
      '  Its executable is /plant/corerl-2.0.0; it was /plant/corerl-1.0.0.',
      '  Variables that differ: DB_HOST, MODE.',
      '',
      'Last words of launch 2 (stable)',
      '  one',
      '  two',
      '  three',
      '',
      'Last words of launch 4 (failed)',
      '  starting',
      `! no host^[]0;x^G${'y'.repeat(60)}`,
      '',
    ]);
  });

  it('have them next to each other on a wide terminal, with the last lines level', () => {
    const text = shown(PAGE, 100);
    const at = text.findIndex((line) => line.startsWith('Last words'));
    expect(text.slice(at)).to.deep.equal([
      `${'Last words of launch 2 (stable)'.padEnd(48)} │ Last words of launch 4 (failed)`,
      `${'  one'.padEnd(48)} │   starting`,
      `${'  two'.padEnd(48)} │ ! no host^[]0;x^G${'y'.repeat(31)}`,
      `${'  three'.padEnd(48)} │   ${'y'.repeat(29)}`,
      '',
    ]);
    expect(shown(PAGE, 99).join('\n')).not.to.contain('│');
  });

  it('say if nothing was stable, nothing differs, nothing failed or nothing was ever launched', () => {
    const first = shown({ ...PAGE, comparison: { failed, stable: null, variables: [] } });
    expect(first).to.include('Launch 4: exit code 1. No launch before it was stable.').and.include('  starting');
    const same = shown({ ...PAGE, comparison: { failed: launch(4), stable, variables: [] } });
    expect(same)
      .to.include('  Version, revision and variables are the same.')
      .and.include('  (nothing was left of its output)');
    expect(shown({ ...PAGE, comparison: null })).to.have.length(5);
    expect(shown({ ...PAGE, launches: [], comparison: null })).to.deep.equal(['pump has never been launched.', '']);
  });
});
