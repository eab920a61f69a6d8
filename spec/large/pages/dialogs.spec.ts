import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { describeInBrowser } from '../../support/built/browser.ts';
import { BuiltHost, install, write } from '../../support/built/built-host.ts';
import { OpenDashboard } from '../../support/built/dashboard.ts';
import { eventually } from '../../support/eventually.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const SECRET = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
const CONFIGURATION = `kinds:
  good: { executable: waits }
  bad: { executable: fails, intensity: unlimited, backoff: { initial: 10m, max: 10m, jitter: 0 } }
services: { gate: { kind: good }, valve: { kind: bad }, mixer: { kind: bad } }
webhooks: { shift: { url: "http://127.0.0.1:9/", events: [agent.start_requested], secret: ${SECRET} } }
`;
/** More than there is on a page. */
const MAX_TABS = 80;
/** What has the focus: the name of a control, or its tag. In the page. */
const FOCUSED = `(() => {
  const { activeElement: element } = document;
  return element.getAttribute('aria-label') || element.labels?.[0]?.innerText || element.innerText.split('\\n')[0] || element.tagName;
})()`;
describeInBrowser('the dialogs of the dashboard, by keyboard alone', function (browser) {
  this.timeout(120_000);
  let host: BuiltHost;
  let dashboard: OpenDashboard;
  let page: Page;

  beforeEach(async () => {
    const basePath = temporaryFolder();
    install(basePath, 'waits', 'waits-1.0.0');
    install(basePath, 'waits', 'waits-1.1.0');
    install(basePath, 'fails-with-last-words', 'fails-1.0.0');
    write(basePath, 'coredinator.yaml', CONFIGURATION);
    host = await BuiltHost.start(basePath, '--on-exit', 'drain');
    dashboard = await OpenDashboard.open(browser(), host.url);
    ({ page } = dashboard);
    for (const id of ['valve', 'mixer']) await dashboard.row(id, 'backoff').waitFor();
  });
  afterEach(async () => {
    expect(dashboard.complaints).to.deep.equal([]);
    await dashboard.close();
    await host.end('SIGTERM');
  });

  const focused = (): Promise<string> => page.evaluate<string>(FOCUSED);
  const focusIsOn = (name: string): Promise<void> =>
    eventually(async () => {
      expect(await focused()).to.equal(name);
    });

  /** Moves on until this has the focus, as somebody does who sees where it is. */
  async function tabTo(name: string, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
    for (let tabs = 0; tabs < MAX_TABS; tabs += 1) {
      await page.keyboard.press(key);
      if ((await focused()) === name) return;
    }
    throw new Error(`${name} cannot be reached with ${key}.`);
  }

  async function press(name: string): Promise<void> {
    await tabTo(name);
    await page.keyboard.press('Enter');
  }

  it('make a report, with the focus on the file afterwards, and return to their button', async () => {
    await press('Report');
    await page.getByRole('dialog').getByRole('button', { name: '1 h' }).waitFor();
    const [download] = await Promise.all([page.waitForEvent('download'), press('1 h')]);
    await focusIsOn(download.suggestedFilename());
    await press('Close');
    await focusIsOn('Report');
  });

  it('acknowledge a failure, and keep the focus at it when it moves down', async () => {
    const first = page.getByRole('list', { name: 'Needs attention' }).locator(':scope > li').first();
    const id = await first.getAttribute('data-id');
    await press('Acknowledge');
    await focusIsOn('Note (optional)');
    await page.keyboard.type('ordered');
    await press('Acknowledge');
    await focusIsOn('Acknowledge again');
    expect(await first.getAttribute('data-id')).not.to.equal(id);
    await tabTo('Acknowledge', 'Shift+Tab');
    await page.keyboard.press('Enter');
    await focusIsOn('Note (optional)');
    await page.keyboard.press('Escape');
    await focusIsOn('Acknowledge');
  });

  it('mute a webhook and unmute it, with the focus never lost', async () => {
    await press('Mute shift');
    await page.getByRole('dialog').waitFor();
    await press('Note (optional)');
    await focusIsOn('Mute shift');
    await page.getByText('everything until').waitFor();
    await tabTo('Unmute everything of shift', 'Shift+Tab');
    await page.keyboard.press('Enter');
    await page.getByText('everything until').waitFor({ state: 'detached' });
    await focusIsOn('Mute shift');
  });

  it('pin a version, and lie above everything of the page', async () => {
    await page.evaluate("window.location.hash = '#/services/gate'");
    const { x, y, width, height } = (await page.locator('.zoom button').first().boundingBox())!;
    const clip = { x: x + width / 4, y: y + height / 4, width: width / 2, height: height / 2 };
    const seen = async (): Promise<string> => (await page.screenshot({ clip })).toString('base64');
    const bright = await seen();
    expect(await seen(), 'it does not change by itself').to.equal(bright);
    await press('Change the version of gate');
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('radio', { name: /^1\.0\.0/ }).waitFor();
    expect(await seen(), 'a button over a drawing is dimmed like the page').not.to.equal(bright);
    await page.keyboard.press('Tab');
    for (let step = 0; step < 2; step += 1) await page.keyboard.press('ArrowDown');
    await dialog.getByText('Restarts gate.').waitFor();
    await press('Pin to 1.0.0');
    await dialog.waitFor({ state: 'detached' });
    await focusIsOn('Change the version of gate');
    await eventually(async () => {
      expect((await host.service('gate')).version).to.equal('1.0.0');
    });
  });
});
