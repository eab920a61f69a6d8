import { execFile } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import type { Locator } from 'playwright-core';
import { describeInBrowser } from '../../support/built/browser.ts';
import { BuiltHost, install, MAIN, write } from '../../support/built/built-host.ts';
import { OpenDashboard } from '../../support/built/dashboard.ts';
import { eventually } from '../../support/eventually.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const SECRET = 'canary-plant-secret-31c9';
const CONFIG = (grace: string): string => `kinds:
  good: { executable: waits, stop: { grace: ${grace} }, env: { PLANT_TOKEN: ${SECRET}-${grace} } }
  failing: { executable: fails, intensity: unlimited, backoff: { initial: 2s, factor: 1, jitter: 0 } }
  hostile: { executable: hostile, intensity: unlimited, backoff: { initial: 10m, max: 10m, jitter: 0 }, env: { PLANT_SECRET: ${SECRET} } }
services:
  steady: { kind: good }
  pump: { kind: failing }
  mixer: { kind: hostile }
`;
const WORDS = 'ConnectionError: the valve does not answer';

const execute = promisify(execFile);

describeInBrowser('a report', function (browser) {
  this.timeout(180_000);
  let basePath: string;
  let host: BuiltHost;
  let file: string;
  let opened: OpenDashboard | null = null;

  beforeEach(async () => {
    basePath = temporaryFolder();
    install(basePath, 'waits', 'waits-1.0.0');
    install(basePath, 'fails-with-last-words', 'fails-1.2.3');
    install(basePath, 'says-hostile-things', 'hostile-1.0.0');
    install(basePath, 'counts-slowly', 'coreio-1.0.0');
    install(basePath, 'waits', 'corerl-1.0.0');
    write(basePath, 'coredinator.yaml', CONFIG('5s'));
    write(basePath, 'pump1.yaml', '');
    host = await BuiltHost.start(basePath, '--name', 'Plant <7>');
    await run('agents', 'start', join(basePath, 'pump1.yaml'));
    await eventually(async () => {
      expect((await host.service('mixer')).state).to.equal('backoff');
      expect((await host.service('pump')).restarts).to.be.above(1);
    }, 30_000);
    await run('services', 'acknowledge', 'mixer', '--note', 'the <b>valve</b> is ordered');
    write(basePath, 'coredinator.yaml', CONFIG('7s'));
    await run('config', 'reload');
    // Killed: the next one says until when it was known to be alive.
    await host.end('SIGKILL');
    host = await BuiltHost.start(basePath, '--name', 'Plant <7>', '--on-exit', 'drain');
    await eventually(async () => {
      expect((await host.service('steady')).state).to.equal('running');
    }, 30_000);
    file = join(basePath, 'report.html');
    await run('report', '--since', '1h', '--output', file);
  });

  afterEach(async () => {
    expect(opened?.complaints ?? []).to.deep.equal([]);
    await opened?.close();
    opened = null;
    await host.end('SIGTERM');
  });

  /** The built program as a client of the host. */
  async function run(...words: readonly string[]): Promise<{ readonly stdout: string; readonly stderr: string }> {
    const env = { ...process.env, COREDINATOR_BASE_PATH: basePath, TZ: 'Europe/Berlin' };
    return execute(process.execPath, [MAIN, ...words], { env });
  }

  /** The report as a file that somebody was sent. */
  async function read(): Promise<OpenDashboard> {
    opened = await OpenDashboard.open(browser(), pathToFileURL(file).href, '');
    return opened;
  }

  const crashOf = ({ page }: OpenDashboard, id: string): Locator =>
    page.locator('#crashes article').filter({ has: page.getByRole('heading', { name: id, exact: true }) });

  async function textOf(place: Locator): Promise<string> {
    return (await place.innerText()).replace(/\s+/g, ' ');
  }

  it('has what happened: trouble, timeline, crashes with last words and what followed, commands, configuration, versions', async () => {
    const dashboard = await read();
    const { page } = dashboard;
    expect(await page.title()).to.match(/^Report of Plant <7>, /);
    expect(await textOf(page.locator('header'))).to.match(/Europe\/Berlin, UTC\+0[12]:00/);
    expect(await textOf(page.locator('#attention'))).to.match(/Attention now: \d need attention.*mixer.*10 min/i);
    expect(await textOf(page.locator('#attention'))).to.include('the <b>valve</b> is ordered');
    expect(await textOf(page.locator('#summary tr').filter({ hasText: 'mixer' }))).to.match(/^mixer 1 1 0/);

    const lanes = page.getByRole('img', { name: /^(steady|pump|mixer|pump1-coreio|pump1-corerl): / });
    expect(await lanes.count()).to.equal(5);
    expect(await page.getByRole('img', { name: /^mixer: backoff/ }).count()).to.equal(1);
    expect(await textOf(page.locator('#timeline'))).to.match(/The host was killed: it was last known to be alive at/);

    const pump = crashOf(dashboard, 'pump').first();
    expect(await textOf(pump)).to.match(/exit code 3 20\d\d-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} launch \d+/);
    expect(await textOf(pump))
      .to.include(WORDS)
      .and.match(/Then.*backoff/);
    expect(await textOf(page.locator('#commands'))).to.match(/cli.*reload/i);
    expect(await textOf(page.locator('#configuration'))).to.match(/stop\.grace: 5s → 7s/);
    expect(await textOf(page.locator('#versions'))).to.match(/pump 1\.2\.3/);
    expect(await textOf(page.locator('#notes'))).to.include('the <b>valve</b> is ordered');
    expect(await textOf(page.locator('#usage'))).to.match(/Processor and memory/);
  });

  it('loads nothing, runs nothing, and shows hostile output as it is written', async () => {
    const dashboard = await read();
    const { page, foreign } = dashboard;
    const requests: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    await page.reload();
    expect(requests, 'only the file itself').to.have.length(1);
    expect(foreign).to.deep.equal([]);
    expect(await page.title()).to.match(/^Report of Plant <7>/);
    const said = await crashOf(dashboard, 'mixer').innerText();
    expect(said).to.include('<script>document.title = "taken over"</script><img src=http://127.0.0.1:9/x');
    expect(said).to.include('red ^[]0;title^G bell').and.include('abc [U+202E]txt.exe');
    expect(await page.locator('script, img, iframe, link').count()).to.equal(0);
  });

  it('has no value of an environment variable, neither one that was changed nor one that a service wrote', async () => {
    const dashboard = await read();
    expect(readFileSync(file, 'utf8')).not.to.include(SECRET);
    expect(await crashOf(dashboard, 'mixer').innerText()).to.include('the key is ${PLANT_SECRET}');
    expect(await textOf(dashboard.page.locator('#configuration'))).to.include('env.PLANT_TOKEN');
  });

  it('is readable on a phone, in the dark, in forced colours, and on paper', async () => {
    const dashboard = await read();
    const { page } = dashboard;
    for (const [width, height] of [
      [1440, 900],
      [390, 844],
    ] as const) {
      await page.setViewportSize({ width, height });
      expect(await dashboard.seriousFindingsInBothSchemes(), `${width}`).to.deep.equal([]);
      const wide = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
      expect(wide, `${width}`).to.be.at.most(0);
    }
    await page.emulateMedia({ forcedColors: 'active' });
    expect(await dashboard.seriousFindings(), 'forced').to.deep.equal([]);
    await page.emulateMedia({ forcedColors: 'none', colorScheme: 'light' });
    const pdf = (await page.pdf({ format: 'A4', preferCSSPageSize: true })).toString('latin1');
    expect(pdf.match(/\/Type\s*\/Page\b/g)?.length ?? 0).to.be.within(2, 40);
  });

  it('is for its owner only, replaces an earlier one, and says what it cannot do', async () => {
    expect(statSync(file).mode & 0o777).to.equal(0o600);
    const { stderr } = await run('report', '--agent', 'pump1', '--output', file);
    expect(stderr).to.match(
      /^The host knows nothing of the time before .*\nWrote a report with 0 crashes to .*report\.html/,
    );
    expect(readFileSync(file, 'utf8')).to.include('agent pump1 and its services').and.not.include(WORDS);
    await run('report', '--since', '1h', '--output', file);

    const failed = async (...words: readonly string[]): Promise<string> => {
      return run('report', ...words).then(
        () => 'it succeeded',
        (error: unknown) => (error as { stderr: string }).stderr,
      );
    };
    expect(await failed('--agent', 'pmp1', '--output', file)).to.match(
      /"pmp1" not found.*\nhint.*\nDid you mean "pump1"\?/s,
    );
    expect(await failed('--output', '/nowhere/report.html')).to.include(
      'there is no folder "/nowhere"; create it first',
    );
    expect(await failed('--output', basePath)).to.include('is a folder; name a file in it');
    expect(await failed('--since', 'yesterday', '--output', file)).to.include('--since: "yesterday" is neither');
    expect((await run('report', '--output', '-')).stdout).to.match(/^<!doctype html>/);
  });

  it('is made by the page too, of everything and of an agent', async () => {
    opened = await OpenDashboard.open(browser(), host.url);
    const { page } = opened;
    const make = async (name: string, span: string): Promise<string> => {
      await page.getByRole('button', { name, exact: true }).click();
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('dialog').getByRole('button', { name: span, exact: true }).click(),
      ]);
      expect(download.suggestedFilename()).to.match(/^report-Plant-7-20.*\.html$/);
      expect(await opened?.seriousFindings()).to.deep.equal([]);
      const text = readFileSync(await download.path(), 'utf8');
      await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
      return text;
    };
    expect(await make('Report', '8 h'))
      .to.include(WORDS)
      .and.not.include(SECRET);
    await page.goto(`${host.url}/ui#/agents/pump1`);
    expect(await make('Report of this agent', '1 h'))
      .to.include('agent pump1 and its services')
      .and.not.include(WORDS);
  });
});
