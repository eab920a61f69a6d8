import { expect } from 'chai';
import type { Locator } from 'playwright-core';
import { describeInBrowser } from '../../support/built/browser.ts';
import { BuiltHost, install, write } from '../../support/built/built-host.ts';
import { OpenDashboard } from '../../support/built/dashboard.ts';
import { overflowing } from '../../support/built/page-measures.ts';
import { eventually } from '../../support/eventually.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const SERVICES = `kinds:
  coretelemetry: { executable: coretelemetry, settle: 200ms, backoff: { initial: 1s, jitter: 0 } }
  valve: { executable: valve, backoff: { initial: 250ms, jitter: 0 }, intensity: { max_restarts: 1, period: 60s } }
services:
  telemetry: { kind: coretelemetry }
  valve: { kind: valve }
`;

describeInBrowser('the timeline in a browser', function (browser) {
  this.timeout(180_000);
  let basePath: string;
  let host: BuiltHost;
  let dashboard: OpenDashboard;

  beforeEach(async () => {
    basePath = temporaryFolder();
    install(basePath, 'waits', 'coretelemetry-1.0.0');
    install(basePath, 'fails-with-last-words', 'valve-1.0.0');
    write(basePath, 'coredinator.yaml', SERVICES);
    host = await BuiltHost.start(basePath, '--on-exit', 'drain');
    dashboard = await OpenDashboard.open(browser(), host.url);
    await dashboard.row('telemetry', 'running').waitFor();
    await dashboard.row('valve', 'failed').waitFor();
  });
  afterEach(async () => {
    await dashboard.close();
    await host.end('SIGTERM');
  });

  function chart(): Locator {
    return dashboard.page.getByRole('application', { name: 'Timeline' });
  }

  function words(): Locator {
    return dashboard.page.locator('.tl-words');
  }

  /** How many pixels are drawn where the last label of the axis is, and in the last two columns of the canvas. */
  function axisInk(): Promise<{ readonly label: number; readonly edge: number }> {
    return dashboard.page.evaluate(`(() => {
      const canvas = document.querySelector('[aria-label="Timeline"] canvas');
      const height = 30 * devicePixelRatio;
      const drawn = (width) =>
        canvas.getContext('2d').getImageData(canvas.width - width, canvas.height - height, width, height)
          .data.filter((value, index) => index % 4 === 3 && value > 0).length;
      return { label: drawn(50 * devicePixelRatio), edge: drawn(2 * devicePixelRatio) };
    })()`);
  }

  async function openTimeline(query = '?last=60'): Promise<void> {
    await dashboard.page.evaluate(`window.location.hash = '#/timeline${query}'`);
    await chart().locator('canvas').waitFor();
    await dashboard.page.getByRole('region', { name: 'Events' }).getByRole('listitem').first().waitFor();
  }

  it('leads from a fresh page to the line that explains a crash with three clicks', async () => {
    const { page } = dashboard;
    await page.getByRole('link', { name: 'Timeline' }).click();
    await chart().locator('canvas').waitFor();
    await page.getByRole('button', { name: 'valve', exact: true }).click();
    await page
      .getByRole('link', { name: /\d\d:\d\d:\d\d/ })
      .first()
      .waitFor();
    const crash = page.getByRole('listitem').filter({ hasText: 'The process of valve' }).first();
    await crash.getByRole('link').click();

    const output = page.getByRole('region', { name: 'Output of valve' });
    await output.getByText('ConnectionError: the valve does not answer').last().waitFor();
    expect(page.url()).to.match(/#\/timeline\?at=.*&event=\d+&service=valve$/);
    expect(dashboard.complaints).to.deep.equal([]);
    expect(dashboard.foreign).to.deep.equal([]);
  });

  it('shows a crash where it is pressed, and the same again at the address that it then has', async () => {
    await openTimeline();
    await dashboard.page.getByRole('button', { name: 'valve', exact: true }).click();
    await chart().focus();
    await dashboard.page.keyboard.press(',');
    await words()
      .getByText(/valve.*: (crash|launch|expected end)/)
      .waitFor();
    const said = await words().innerText();
    const { page } = dashboard;
    const [, event = ''] = /event=(\d+)/.exec(page.url()) ?? [];
    expect(Number(event)).to.be.greaterThan(0);
    const other = await OpenDashboard.open(browser(), host.url);
    await other.page.goto(page.url());
    const shown = other.page.getByRole('region', { name: 'Events' }).locator('[aria-current]');
    await shown.waitFor();
    expect(await shown.innerText()).to.include('valve');
    expect(said).to.include('valve');
    await other.close();
  });

  it('is used by keyboard alone: moves, zooms, goes from event to event, and selects a range', async () => {
    await openTimeline();
    const { page } = dashboard;
    const view = (): string => /[?&](last=\d+|since=[^&]*&until=[^&]*)/.exec(page.url())?.[1] ?? '';
    await chart().focus();
    await page.keyboard.press('ArrowLeft');
    await eventually(() => {
      expect(view()).to.include('since=');
    });
    const moved = view();
    await page.keyboard.press('+');
    await eventually(() => {
      expect(view()).to.include('since=').and.not.equal(moved);
    });
    await page.keyboard.press('End');
    await eventually(() => {
      expect(view()).to.include('last=');
    });
    await page.keyboard.press('ArrowDown');
    await words().getByText(/^Host/).waitFor();
    await page.keyboard.press('ArrowDown');
    await words()
      .getByText(/^telemetry/)
      .waitFor();
    await page.keyboard.press('Shift+ArrowLeft');
    await page.getByRole('button', { name: 'Clear selection' }).waitFor();
    expect(page.url()).to.include('from=').and.include('to=');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Clear selection' }).waitFor({ state: 'detached' });
    expect(dashboard.complaints).to.deep.equal([]);
  });

  it('is moved by dragging, and selects a range by dragging, with its events and output below', async () => {
    await openTimeline();
    const { page } = dashboard;
    const box = (await chart().boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
    const y = box.y + 40;
    await page.mouse.move(box.x + box.width * 0.5, y);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.8, y, { steps: 8 });
    await page.mouse.up();
    await eventually(() => {
      expect(page.url()).to.include('since=');
    });
    await page.getByRole('button', { name: 'Now' }).click();
    await page.getByRole('radio', { name: 'Select' }).click();
    await page.mouse.move(box.x + box.width * 0.3, y);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width - 14, y, { steps: 8 });
    await page.mouse.up();
    await page.getByRole('button', { name: 'Zoom to selection' }).waitFor();
    await page.getByRole('region', { name: 'Events' }).getByText('valve was launched').first().waitFor();
  });

  /** How many pixels of the lane of the host are of any green. */
  function greenOfHost(): Promise<number> {
    return dashboard.page.evaluate<number>(`(() => {
      const canvas = document.querySelector('[aria-label="Timeline"] canvas');
      const height = Math.round(26 * canvas.height / canvas.clientHeight);
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, height);
      let green = 0;
      for (let at = 0; at < data.length; at += 4)
        if (data[at + 3] > 0 && data[at + 1] > data[at] + 4 && data[at + 1] > data[at + 2] + 4) green += 1;
      return green;
    })()`);
  }

  it('says where no host was running, and continues to show what happens under the next hosts', async () => {
    const { port } = new URL(host.url);
    await openTimeline();
    for (const times of [1, 2]) {
      await host.end('SIGKILL');
      await dashboard.page.getByText('Reconnecting since').waitFor();
      host = await BuiltHost.start(basePath, '--on-exit', 'drain', '--port', port);
      await dashboard.page.getByRole('status').filter({ hasText: 'Live' }).waitFor();
      const adopted = dashboard.page
        .getByRole('region', { name: 'Events' })
        .getByText('The host adopted the running process of telemetry');
      await eventually(async () => {
        expect(await adopted.count()).to.equal(times);
      }, 20_000);
    }
    const { body } = await host.request('GET', '/api/timeline?since=2m');
    const { since, absences } = body as { since: string; absences: { from: number; to: number }[] };
    expect(absences).to.have.length(2);
    expect(await greenOfHost(), 'pixels of its health').to.be.greaterThan(0);
    const instants = [absences[0]?.from ?? NaN, absences[0]?.to ?? NaN].map((ms) =>
      new Date(Date.parse(since) + ms).toISOString(),
    );
    await dashboard.page.evaluate(`location.hash = '#/timeline?since=${instants[0]}&until=${instants[1]}'`);
    await dashboard.page.getByRole('radio', { checked: true, name: /min|h|d/ }).waitFor({ state: 'detached' });
    await eventually(async () => {
      expect(await greenOfHost(), 'pixels of a health that nobody knows').to.equal(0);
    });
    expect(dashboard.complaints).to.deep.equal([]);
  });

  it('has only the services that the filter of the list leaves', async () => {
    await openTimeline();
    const names = dashboard.page.getByRole('list', { name: 'Services' });
    await names.getByRole('button', { name: 'valve' }).waitFor();
    await dashboard.page.getByRole('searchbox', { name: 'Search agents and services' }).fill('tele');
    await names.getByRole('button', { name: 'valve' }).waitFor({ state: 'detached' });
    expect(await names.getByRole('button').allInnerTexts()).to.deep.equal(['Host', 'telemetry']);
  });

  it('shows the past of one service by time, with the moment in the address', async () => {
    const { page } = dashboard;
    await dashboard.choose('telemetry');
    await dashboard.command('Restart');
    await page.getByRole('tab', { name: 'History' }).click();
    await page.locator('.drawing [id="state-running.ready"].is-current').waitFor();
    const slider = page.getByRole('slider');
    await slider.focus();
    await page.keyboard.press('ArrowLeft');
    await eventually(() => {
      expect(page.url()).to.match(/history\?at=[^&]+$/);
    });
    await page.getByRole('region', { name: 'Steps, newest first' }).getByText('running → stopping').click();
    await page.locator('.drawing [id="state-stopping"].is-current').waitFor();
    expect(page.url()).to.match(/event=\d+/);
  });

  it('shows the services of an agent over time', async () => {
    const { page } = dashboard;
    for (const name of ['coreio-1.2.0', 'corerl-2.0.1']) install(basePath, 'waits', name);
    const configPath = write(basePath, 'pump1.yaml', 'setpoint: 1\n');
    await host.request('POST', '/api/agents/start?wait=running', { config_path: configPath });
    await dashboard.choose('pump1', 'running');
    await page.getByRole('radio', { name: '1 h', exact: true }).click();
    await dashboard.waitForAddress('#/agents/pump1?last=3600');
    const names = page.getByRole('list', { name: 'Services' }).getByRole('button');
    expect(await names.allInnerTexts()).to.deep.equal(['Host', 'pump1-coreio', 'pump1-corerl']);
    await page.getByRole('region', { name: 'Steps, newest first' }).getByText('starting → running').waitFor();

    const events = page.getByRole('region', { name: 'Events' });
    await events.getByRole('heading', { name: 'Events of pump1, newest first' }).waitFor();
    await events.getByText('pump1-coreio was launched').first().waitFor();
    expect(await events.innerText(), 'a service of no agent').not.to.include('telemetry');
    const report = await page.getByRole('button', { name: 'Report of this agent' }).boundingBox();
    expect(report?.width, 'px').to.be.lessThan(300);
    expect(dashboard.complaints).to.deep.equal([]);
  });

  it('shows the last label of its axis in full', async () => {
    const { page } = dashboard;
    await page.setViewportSize({ width: 390, height: 844 });
    const midnight = new Date().setHours(-24, 0, 0, 0);
    for (const [what, length, until] of [
      ['a time', 3_600_000, midnight + 3_600_000],
      ['a time with seconds', 60_000, midnight + 60_000],
      ['a time with its day', 3_600_000, midnight],
    ] as const) {
      const address = [until - length, until].map((at) => new Date(at).toISOString()).join('&until=');
      await page.evaluate(`window.location.hash = '#/timeline?since=${address}'`);
      await chart().locator('canvas').waitFor();
      const { label, edge } = await eventually(async () => {
        const ink = await axisInk();
        expect(ink.label, what).to.be.greaterThan(0);
        return ink;
      });
      expect(edge, what).to.equal(0);
      expect(label, what).to.be.greaterThan(20);
    }
  });

  for (const [name, size] of [
    ['a desktop', { width: 1440, height: 900 }],
    ['a phone', { width: 390, height: 844 }],
    ['200 %', { width: 720, height: 450 }],
  ] as const) {
    it(`fits ${name}, in the light and in the dark, without serious findings of axe`, async () => {
      const { page } = dashboard;
      await page.setViewportSize(size);
      await openTimeline();
      expect(await dashboard.seriousFindingsInBothSchemes()).to.deep.equal([]);
      expect(await overflowing(page)).to.deep.equal([]);
      await page.emulateMedia({ forcedColors: 'active' });
      await chart().locator('canvas').waitFor();
      expect(await dashboard.seriousFindings(), 'forced colours').to.deep.equal([]);
      expect(dashboard.complaints).to.deep.equal([]);
    });
  }
});
