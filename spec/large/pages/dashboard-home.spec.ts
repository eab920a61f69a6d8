import { expect } from 'chai';
import type { Locator } from 'playwright-core';
import { chmodSync } from 'node:fs';
import { describeInBrowser } from '../../support/built/browser.ts';
import { BuiltHost, install, write } from '../../support/built/built-host.ts';
import { OpenDashboard } from '../../support/built/dashboard.ts';
import { cutOf, overflowing, scrollers, styleOf } from '../../support/built/page-measures.ts';
import { eventually } from '../../support/eventually.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const EAST = 'north-plant-line-3-temperature-controller-of-the-east-side-coreio';
const WEST = 'north-plant-line-3-temperature-controller-of-the-west-side-coreio';
const PROBLEMS = `kinds:
  good: { executable: waits }
  waiting: { executable: fails, intensity: unlimited, backoff: { initial: 10m, max: 10m, jitter: 0 } }
  flapping: { executable: fails, intensity: unlimited, backoff: { initial: 250ms, factor: 1, jitter: 0 } }
  unready: { executable: waits, probes: { readiness: { tcp: { port: 9 }, period: 500ms } } }
  absent: { executable: absent }
services:
  gate: { kind: good }
  ${EAST}: { kind: good }
  ${WEST}: { kind: good }
  mixer: { kind: unready }
  valve: { kind: waiting }
  pump: { kind: flapping }
  archive: { kind: absent }
`;
const WORDS = 'ConnectionError: the valve does not answer';

describeInBrowser('the home of the dashboard', function (browser) {
  this.timeout(120_000);
  let basePath: string;
  let host: BuiltHost;
  let dashboard: OpenDashboard;

  afterEach(async () => {
    expect(dashboard.complaints).to.deep.equal([]);
    await dashboard.close();
    await host.end('SIGTERM');
  });

  async function open(configuration: string | null, ...options: readonly string[]): Promise<void> {
    basePath = temporaryFolder();
    for (const [program, name] of [
      ['waits', 'waits-1.0.0'],
      ['fails-with-last-words', 'fails-1.0.0'],
    ] as const)
      install(basePath, program, name);
    if (configuration !== null) write(basePath, 'coredinator.yaml', configuration);
    host = await BuiltHost.start(basePath, '--on-exit', 'drain', '--name', 'Plant 7', ...options);
    dashboard = await OpenDashboard.open(browser(), host.url);
  }

  const attention = (id?: string): Locator => {
    const list = dashboard.page.getByRole('list', { name: 'Needs attention' });
    const rows = list.locator(':scope > li');
    return id === undefined ? rows : rows.filter({ has: dashboard.page.getByRole('link', { name: id, exact: true }) });
  };

  /** All problems are there. */
  async function openProblems(): Promise<void> {
    await open(PROBLEMS);
    await attention('pump').getByText('Flapping').waitFor();
    await attention('mixer').waitFor();
  }

  const colourOf = (place: Locator): Promise<string> => styleOf(place, 'color');

  it('shows first what needs attention: why, since when, last words and what happens next', async () => {
    await openProblems();
    await dashboard.page.setViewportSize({ width: 1440, height: 900 });
    const ids = await Promise.all((await attention().all()).map((row) => row.getAttribute('data-id')));
    expect(ids).to.deep.equal(['archive', 'pump', 'valve', 'mixer']);
    const texts = async (id: string): Promise<string> => (await attention(id).innerText()).replace(/\s+/g, ' ');

    expect(await texts('archive')).to.match(/failed · missing archive since \d\d:\d\d:\d\d \(.* s\)/);
    expect(await texts('archive')).to.include('starts as soon as an executable "absent" is available');
    await attention('valve').getByText(WORDS).waitFor();
    expect(await texts('valve')).to.match(/process exited with code 3.*Next: start at .*, in 9 min/i);
    expect(await texts('pump')).to.match(/Flapping: \d+ restarts since \d\d:\d\d:\d\d \(more than 5 in an hour\)/);
    await attention('mixer').getByText('nothing is listening on 127.0.0.1:9').waitFor();
    expect(await texts('mixer')).to.include('running, not ready');

    const heading = dashboard.page.getByRole('heading', { name: '4 need attention' });
    const last = await attention('mixer').boundingBox();
    expect((await heading.boundingBox())?.y).to.be.below(120);
    expect((last?.y ?? 0) + (last?.height ?? 0), 'all on the first screen').to.be.below(900);
    const others = dashboard.page.getByRole('region', { name: 'Host services' });
    expect(await others.getByRole('link').count()).to.equal(3);
    await dashboard.page.getByRole('heading', { name: 'Plant 7', level: 1 }).waitFor();
    expect(await dashboard.page.title()).to.equal('(4) Plant 7 – Coredinator');
  });

  it('no longer counts in the title what somebody has acknowledged', async () => {
    await openProblems();
    await host.request('POST', '/api/services/archive/acknowledge', { note: 'ordered' });
    await attention('archive').getByText('Acknowledged').waitFor();
    await dashboard.page.getByRole('heading', { name: '4 need attention, 1 acknowledged' }).waitFor();
    await eventually(async () => {
      expect(await dashboard.page.title()).to.equal('(3) Plant 7 – Coredinator');
    });
  });

  it('shows a service of which the host cannot know whether it runs as that, and not as running', async () => {
    await open(PROBLEMS);
    const { page } = dashboard;
    // No process of this machine is ever in doubt: the answers of the host are given one.
    const doubt = { since: new Date(Date.now() - 125_000).toISOString(), reason: 'node n2 is not ready' };
    await page.route(/\/api\/services(\?|$)/, async (route) => {
      const response = await route.fetch();
      const body = (await response.json()) as { services: { readonly id: string }[] };
      const services = body.services.map((one) => (one.id === 'gate' ? { ...one, doubt } : one));
      await route.fulfill({ response, json: { ...body, services } });
    });
    await page.reload();
    await attention('gate').waitFor();
    const ids = await Promise.all((await attention().all()).map((row) => row.getAttribute('data-id')));
    expect(ids.indexOf('gate'), 'after what failed').to.equal(1);
    const said = (await attention('gate').innerText()).replace(/\s+/g, ' ');
    expect(said).to.match(/^in doubt · last known: running/);
    expect(said).to.match(/not known since \d\d:\d\d:\d\d whether its process is still running: node n2 is not ready/);
    await dashboard.row('gate', 'in doubt').waitFor(); // the list may be drawn after the home
    const mark = dashboard.row('gate').locator('.state-mark');
    const fine = dashboard.row(EAST).locator('.state-mark');
    expect(await styleOf(mark, 'fill')).not.to.equal(await styleOf(fine, 'fill'));
    const shapeOf = (place: Locator): Promise<string | null> => place.locator('path').getAttribute('d');
    expect(await shapeOf(mark)).not.to.equal(await shapeOf(fine));
    expect(await dashboard.seriousFindings()).to.deep.equal([]);
    await page.getByRole('button', { name: '1 in doubt' }).click();
    await dashboard.row(EAST).waitFor({ state: 'detached' });
    await page.waitForURL(/\/ui\?state=in-doubt/);

    await dashboard.choose('gate');
    await page.getByText(/not known since .* whether it is running: node n2 is not ready/).waitFor();
  });

  it('shows each cause of a degraded host, since when there is it', async () => {
    await open(null);
    const tokens = write(basePath, 'token', 'a-token-of-the-spec-1\n');
    chmodSync(tokens, 0o600);
    await host.end('SIGTERM');
    const { port } = new URL(host.url);
    host = await BuiltHost.start(basePath, '--port', port, '--name', 'Plant 7', '--token-file', tokens);
    await dashboard.page.getByLabel('Access token').fill('a-token-of-the-spec-1');
    await dashboard.page.getByRole('button', { name: 'Sign in' }).click();
    await dashboard.page.getByText('Host healthy').waitFor();
    write(basePath, 'token', 'short\n'); // an event tells of no change of the health
    await dashboard.page.getByText('Host degraded').first().waitFor();
    const cause = (await attention().first().innerText()).replace(/\s+/g, ' ');
    expect(cause).to.match(/^Host degraded since \d\d:\d\d:\d\d \(.* s\) .*token/);
  });

  it('greys out when its host is killed, stops counting, disables commands, and is live again with the next host', async () => {
    await openProblems();
    await dashboard.choose('gate', 'running');
    const [state, restart] = [
      dashboard.row('gate').locator('.row-state'),
      dashboard.page.getByRole('main').getByRole('button', { name: 'Restart', exact: true }),
    ];
    const live = await colourOf(state);
    const { port } = new URL(host.url);
    await host.end('SIGKILL');

    const banner = dashboard.page.getByText(/No connection to Plant 7 since \d\d:\d\d:\d\d\./);
    await banner.waitFor();
    expect(await colourOf(state)).not.to.equal(live);
    expect(await colourOf(state)).to.equal(await colourOf(dashboard.row('mixer').locator('.row-state')));
    expect(await restart.isDisabled()).to.equal(true);
    await dashboard.page.getByText('No commands without a connection to the host.').waitFor();
    expect(await dashboard.page.title()).to.equal('(!) Plant 7 – no connection');
    expect(await dashboard.page.getByRole('banner').innerText()).to.match(/Host\s+was healthy/);
    const counted = dashboard.page.getByText(/in this state since/);
    const before = await counted.innerText();
    await dashboard.page.waitForTimeout(2_500);
    expect(await counted.innerText()).to.equal(before);
    expect(await dashboard.seriousFindings()).to.deep.equal([]);

    host = await BuiltHost.start(basePath, '--on-exit', 'drain', '--name', 'Plant 7', '--port', port);
    await banner.waitFor({ state: 'detached' });
    await eventually(async () => {
      expect([await colourOf(state), await restart.isDisabled()]).to.deep.equal([live, false]);
    });
  });

  it('greys out when its host is frozen, although no connection breaks', async () => {
    await open(PROBLEMS);
    await dashboard.row('gate', 'running').waitFor();
    process.kill(host.pid, 'SIGSTOP');
    try {
      await dashboard.page.getByText(/No connection to Plant 7 since/).waitFor();
      await dashboard.page.getByText('has not answered for 10 s').waitFor();
    } finally {
      process.kill(host.pid, 'SIGCONT');
    }
    await dashboard.page.getByText(/No connection to/).waitFor({ state: 'detached' });
  });

  it('connects with what it has loaded first, so that a host that ends then does not disconnect it for ever', async () => {
    await open(PROBLEMS);
    const { page } = dashboard;
    const { body } = await host.request('GET', '/ui');
    const first = [...String(body).matchAll(/assets\/[\w-]+\.js/g)].map(([name]) => name);
    // A browser remembers that a script could not be loaded, and does not try again.
    await page.route(/\/ui\/assets\/[^/]*\.js$/, (route) =>
      first.some((name) => route.request().url().endsWith(name)) ? route.continue() : route.abort(),
    );
    await page.reload();
    await dashboard.row('gate', 'running').waitFor();
    await page.getByRole('status').getByText('Live').waitFor();
  });

  it('says that a token is read-only, and disables commands with that reason', async () => {
    await open(PROBLEMS);
    await host.end('SIGTERM');
    const { port } = new URL(host.url);
    const files = ['full', 'read'].map((scope) => {
      const file = write(basePath, scope, `a-token-of-the-spec-${scope}\n`);
      chmodSync(file, 0o600);
      return file;
    });
    const tokens = ['--token-file', files[0] ?? '', '--read-token-file', files[1] ?? ''];
    host = await BuiltHost.start(basePath, '--on-exit', 'drain', '--name', 'Plant 7', '--port', port, ...tokens);
    await dashboard.page.getByText('Enter the access token for Plant 7.').waitFor();
    await dashboard.page.getByText('The host no longer accepts this browser').waitFor();
    expect(await dashboard.page.title()).to.equal('Plant 7 – sign in');
    await dashboard.page.getByLabel('Access token').fill('a-token-of-the-spec-read');
    await dashboard.page.getByRole('button', { name: 'Sign in' }).click();

    await dashboard.page.getByText('Read-only', { exact: true }).waitFor();
    await dashboard.choose('gate');
    // The home, which is shown until then, says the same of its own commands.
    const buttons = dashboard.page.getByRole('group', { name: 'Commands for gate' }).getByRole('button');
    await buttons.first().waitFor();
    await dashboard.page.getByText('Your token is read-only: it allows no commands.').waitFor();
    expect(await buttons.count()).to.equal(3);
    for (const button of await buttons.all()) expect(await button.isDisabled()).to.equal(true);
    await dashboard.page.getByRole('button', { name: 'Sign out' }).click();
    await dashboard.page.getByText('You have signed out.').waitFor();
  });

  it('filters by several states and a text, which the address has', async () => {
    await openProblems();
    const { page } = dashboard;
    await page.getByRole('button', { name: '1 not ready' }).click();
    await page.getByRole('button', { name: '1 failed' }).click();
    await dashboard.row('mixer', 'running, not ready').waitFor();
    await dashboard.row('archive', 'failed').waitFor();
    expect(await page.getByRole('treeitem').count()).to.equal(3);
    await page.getByRole('searchbox').fill('mix');
    await dashboard.row('archive').waitFor({ state: 'detached' });
    await dashboard.choose('mixer');
    await page.waitForURL(`${host.url}/ui?state=failed,not-ready&text=mix#/services/mixer`);

    await page.reload();
    await dashboard.heading('mixer').waitFor();
    await eventually(async () => {
      expect(await page.getByRole('treeitem').count()).to.equal(2);
    });
    expect(await page.getByRole('searchbox').inputValue()).to.equal('mix');
    await page.goto(`${host.url}/ui/?state=running#/`);
    await dashboard.row('gate', 'running').waitFor();
    expect(await dashboard.row('mixer').count(), 'it is not ready').to.equal(0);
  });

  it('explains on an empty host what to do, and starts the first agent once it is checked', async () => {
    await open(null);
    const { page } = dashboard;
    await page.getByRole('heading', { name: 'Start the first agent' }).waitFor();
    expect(await page.locator('canvas').count(), 'no empty charts').to.equal(0);
    const file = page.getByLabel('Configuration file');
    await file.fill(`${basePath}/nothing.yaml`);
    await page.getByRole('button', { name: 'Check' }).click();
    await page.getByRole('alert').getByText('nothing.yaml').waitFor();

    install(basePath, 'waits', 'coreio-1.2.0');
    await file.fill(write(basePath, 'pump1.yaml', 'setpoint: 1\n'));
    await page.getByLabel('Id (optional)').fill('north');
    await page.getByRole('button', { name: 'Check' }).click();
    await page.getByText(`${basePath}/coreio-1.2.0`).waitFor();
    await page.getByText('No executable "corerl"').waitFor();
    expect((await host.request('GET', '/api/agents')).body, 'nothing starts before').to.deep.equal([]);
    expect(await dashboard.seriousFindings()).to.deep.equal([]);
    await page.getByRole('button', { name: 'Start north anyway' }).click();
    await dashboard.heading('north').waitFor();
    await dashboard.row('north-coreio', 'running').waitFor();
    await page.goto(`${host.url}/ui/#/`);
    await page.getByText('Start another agent').waitFor();
  });

  it('gives a command to a selection with one confirmation that names the consequences', async () => {
    await openProblems();
    const { page } = dashboard;
    const generations = async (): Promise<readonly number[]> =>
      Promise.all(['gate', EAST].map(async (id) => (await host.service(id)).generation));
    const before = await generations();
    await dashboard.row('gate').locator('.check').click();
    await page.getByRole('tree').focus();
    await page.keyboard.press('Home');
    for (const key of ['ArrowDown', 'ArrowDown', ' ']) await page.keyboard.press(key);
    expect(await dashboard.activeRow()).to.include(EAST);
    await page.getByText('2 services selected').waitFor();
    await page.getByRole('region', { name: 'Selected' }).getByRole('button', { name: 'Restart' }).click();
    const dialog = page.getByRole('alertdialog', { name: 'Restart 2 services?' });
    const said = await dialog.innerText();
    const { pid } = await host.service('gate');
    expect(said)
      .to.include(`gate: Process ${pid ?? ''} and its descendants will be stopped.`)
      .and.include(EAST);
    expect(await dashboard.seriousFindings()).to.deep.equal([]);
    await dialog.getByRole('button', { name: 'Restart' }).click();
    await page.getByText('Restarted 2 of 2.').waitFor();
    await eventually(async () => {
      expect(await generations()).to.deep.equal(before.map((generation) => generation + 1));
    });
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.getByRole('region', { name: 'Selected' }).waitFor({ state: 'detached' });
  });

  it('tells long ids apart in the list, without cutting them', async () => {
    await open(PROBLEMS);
    await dashboard.row('gate', 'running').waitFor();
    await dashboard.page.setViewportSize({ width: 1440, height: 900 });
    const names = [EAST, WEST].map((id) => dashboard.row(id).locator('.row-name'));
    const shown = await Promise.all(names.map((name) => name.locator('[aria-hidden]').innerText()));
    expect(new Set(shown).size).to.equal(2);
    for (const name of names) {
      expect(await cutOf(name)).to.equal(0);
      expect(await name.getAttribute('title')).to.match(/^north-plant.*coreio$/);
    }
  });

  it('leads with keys to the filter and to the list of keys, but not while somebody types', async () => {
    await open(PROBLEMS);
    const { page } = dashboard;
    await dashboard.row('gate', 'running').waitFor();
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    expect(await dashboard.seriousFindings()).to.deep.equal([]);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.keyboard.press('/');
    await page.keyboard.type('a?b/');
    expect(await page.getByRole('searchbox').inputValue()).to.equal('a?b/');
    expect(await page.getByRole('dialog').count()).to.equal(0);
  });

  for (const [name, width, height] of [
    ['a phone', 390, 844],
    ['200 %', 720, 450],
  ] as const) {
    it(`fits ${name}: one thing at a time, one scroll bar, nothing cut`, async () => {
      await openProblems();
      const { page } = dashboard;
      await page.setViewportSize({ width, height });
      expect(await overflowing(page), 'home').to.deep.equal([]);
      expect((await page.getByRole('banner').boundingBox())?.height).to.be.below(height / 5);
      expect(await page.getByRole('tree').isVisible()).to.equal(false);
      expect(await scrollers(page), 'only the page scrolls').to.deep.equal([]);
      expect(await dashboard.seriousFindings(), 'home').to.deep.equal([]);

      await page.getByRole('button', { name: 'Agents and services' }).click();
      await dashboard.choose('gate', 'running');
      expect(await page.getByRole('tree').isVisible(), 'closed by going somewhere').to.equal(false);
      expect(await overflowing(page), 'service').to.deep.equal([]);
      await page.keyboard.press('/');
      await page.keyboard.type('mix');
      await dashboard.row('mixer', 'running, not ready').waitFor();
      expect(await dashboard.seriousFindings(), 'list').to.deep.equal([]);
    });
  }

  it('has no serious finding of axe in the light and in the dark, with every problem, and keeps its marks in forced colours', async () => {
    await openProblems();
    const { page } = dashboard;
    await attention('valve').getByText(WORDS).waitFor();
    expect(await dashboard.seriousFindingsInBothSchemes()).to.deep.equal([]);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, forcedColors: 'active' });
      const marks = await page.locator('.attention .state-mark path').all();
      const fills = await Promise.all(marks.map((mark) => styleOf(mark, 'fill')));
      const ground = await styleOf(page.locator('body'), 'background-color');
      expect(fills.length).to.equal(4);
      for (const fill of fills) expect(fill).not.to.equal(ground);
    }
  });
});
