import { execFile } from 'node:child_process';
import { setTimeout as thinking } from 'node:timers/promises';
import { promisify } from 'node:util';
import { expect } from 'chai';
import type { Locator } from 'playwright-core';
import { describeInBrowser } from '../../support/built/browser.ts';
import { BuiltHost, install, MAIN, write } from '../../support/built/built-host.ts';
import { OpenDashboard } from '../../support/built/dashboard.ts';
import { eventually } from '../../support/eventually.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const WORDS = 'ConnectionError: the valve does not answer';
const THINKING_MS = 2_000;
const LIMIT_MS = 20_000;

const execute = promisify(execFile);

describeInBrowser('the line that explains a crash of the last night', function (browser) {
  this.timeout(120_000);
  let basePath: string;
  let host: BuiltHost;

  beforeEach(async () => {
    basePath = temporaryFolder();
    install(basePath, 'fails-once', 'valve-1.0.0');
    install(basePath, 'waits', 'good-1.0.0');
    const others = Array.from({ length: 20 }, (_, index) => `  mixer${index}: { kind: good }\n`).join('');
    write(
      basePath,
      'coredinator.yaml',
      `kinds:\n  valve: { executable: valve, cwd: ${basePath}, backoff: { initial: 300ms, jitter: 0 } }\n` +
        `  good: { executable: good }\nservices:\n  valve: { kind: valve }\n${others}`,
    );
    host = await BuiltHost.start(basePath, '--on-exit', 'drain');
    // It runs again: nothing needs attention any longer.
    await eventually(async () => {
      expect(await host.service('valve')).to.include({ state: 'running', restarts: 1 });
    }, 30_000);
  });
  afterEach(async () => {
    await host.end('SIGTERM');
  });

  it('is found from a fresh page with at most four clicks, in under 20 s with 2 s of thinking before each', async () => {
    const dashboard = await OpenDashboard.open(browser(), host.url);
    const { page } = dashboard;
    const begun = performance.now();
    let clicks = 0;
    const click = async (place: Locator): Promise<void> => {
      await place.waitFor();
      await thinking(THINKING_MS);
      await place.click();
      clicks += 1;
    };
    await click(page.getByRole('link', { name: 'Timeline' }));
    await click(page.getByRole('button', { name: 'valve', exact: true }));
    const crash = page.getByRole('listitem').filter({ hasText: 'The process of valve' }).first();
    await click(crash.getByRole('link'));
    await page.getByRole('region', { name: 'Output of valve' }).getByText(WORDS).last().waitFor();
    expect(clicks).to.be.at.most(4);
    expect(performance.now() - begun).to.be.below(LIMIT_MS);
    expect(dashboard.complaints).to.deep.equal([]);
    await dashboard.close();
  });

  it('is found on a command line with two commands, and is in a report', async () => {
    const run = async (...words: readonly string[]): Promise<string> => {
      await thinking(THINKING_MS);
      const env = { ...process.env, COREDINATOR_BASE_PATH: basePath };
      return (await execute(process.execPath, [MAIN, ...words], { env })).stdout;
    };
    const begun = performance.now();
    const ends = await run('events', '--since', '12h', '--type', 'process.exited');
    const [, id = ''] = /The process of (\S+)/.exec(ends) ?? [];
    expect(id).to.equal('valve');
    expect(await run('services', 'launches', id)).to.include(WORDS);
    expect(performance.now() - begun).to.be.below(LIMIT_MS);
    expect(await run('report', '--since', '12h', '--output', '-')).to.include(WORDS);
  });
});
