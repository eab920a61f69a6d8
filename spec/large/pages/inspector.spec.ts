import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { describeInBrowser } from '../../support/built/browser.ts';
import { BuiltHost, install, write } from '../../support/built/built-host.ts';
import { OpenInspector } from '../../support/built/inspector-page.ts';
import { eventually } from '../../support/eventually.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const SECRET = 'hunter2-hunter2';
const WEBHOOK_SECRET = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;

describeInBrowser('the inspector in a browser', function (browser) {
  this.timeout(240_000);
  let basePath: string;
  let host: BuiltHost;
  let inspector: OpenInspector;

  beforeEach(async () => {
    basePath = temporaryFolder();
    for (const name of ['coretelemetry-1.0.0', 'coreio-1.2.0', 'corerl-2.0.1']) install(basePath, 'waits', name);
    const telemetry = `services:\n  telemetry: { kind: coretelemetry, env: { API_KEY: ${SECRET} } }\n`;
    const webhooks = `webhooks:\n  shift: { url: "http://127.0.0.1:9/", events: [agent.start_requested], secret: ${WEBHOOK_SECRET} }\n`;
    write(basePath, 'coredinator.yaml', `${telemetry}${webhooks}`);
    host = await startHost('0');
    const configPath = write(basePath, 'pump1.yaml', 'setpoint: 1\n');
    await host.request('POST', '/api/agents/start?wait=running', { config_path: configPath });
    inspector = await OpenInspector.open(browser(), host.url);
  });
  afterEach(async () => {
    await inspector.close();
    await host.end('SIGTERM');
  });

  function startHost(port: string): Promise<BuiltHost> {
    return BuiltHost.start(basePath, '--on-exit', 'drain', '--port', port, '--name', 'plant-north');
  }

  /** Kills the process of a service, and waits until the list has that and the service runs again. */
  async function killed(id: string): Promise<void> {
    const { pid } = await host.service(id);
    process.kill(pid ?? -1, 'SIGKILL');
    await inspector.event('process.exited').first().waitFor();
    await inspector.event('untilDeadline.service.starting').first().waitFor();
  }

  it('shows host, supervisor, agents with their services, and webhooks with their states, and asks no other host', async () => {
    await inspector.actor('pump1-corerl', 'running').waitFor();
    const rows = await inspector.page.getByRole('treeitem').allInnerTexts();
    const names = rows.map((row) => row.split('\n')[0]);
    expect(names).to.deep.equal([
      ...['plant-north', 'supervisor', 'agent:pump1', 'pump1-coreio', 'pump1-corerl', 'telemetry', 'webhook:shift'],
    ]);
    const cut = await inspector.page.evaluate<string[]>(`[...document.querySelectorAll('.row-name')]
      .filter((name) => name.clientWidth < name.scrollWidth).map((name) => name.textContent)`);
    expect(cut, 'names that are not shown in full').to.deep.equal([]);
    await inspector.actor('telemetry').click();
    await inspector.page.locator('.drawing [id="state-running.ready"].is-current').waitFor();
    await inspector.page.getByRole('tab', { name: 'Context' }).click();
    const context = inspector.page.getByRole('region', { name: 'Context' });
    await context.locator('summary').filter({ hasText: /^spec/ }).click();
    await context.getByText('"telemetry"').first().waitFor();
    await context.locator('summary').filter({ hasText: /^env/ }).click();
    await context.getByText('API_KEY').waitFor();
    expect(await inspector.page.content())
      .not.to.include(SECRET)
      .and.not.include(WEBHOOK_SECRET);
    await inspector.actor('webhook:shift').click();
    await inspector.page.getByRole('tab', { name: 'Statechart' }).click();
    await inspector.page.locator('.drawing [id="state-open"].is-current').waitFor();
    await inspector.page.getByRole('tab', { name: 'Past' }).click();
    await inspector.page.getByText('The journal keeps states of agents and services only').waitFor();
    expect(await inspector.page.title()).to.equal('plant-north – inspector');
    expect(inspector.complaints).to.deep.equal([]);
  });

  it('lists what happens, pauses, and steps through it by keyboard with the statechart of each moment', async () => {
    await inspector.actor('pump1-corerl', 'running').click();
    await killed('pump1-corerl');
    await inspector.page.locator('.drawing [id="state-running.ready"].is-current').waitFor();
    await inspector.button('Pause').click();
    await inspector.filter('sender or receiver').fill('corerl');
    await inspector.filter('type of event').fill('process.exited');
    await eventually(async () => {
      expect(await inspector.page.getByRole('option').count()).to.equal(1);
    });
    // The newest event is not listed; what is marked instead is also what is shown.
    const shown = inspector.page.getByRole('region', { name: 'Chosen event' }).locator('b').first();
    await eventually(async () => expect(await shown.innerText()).to.equal('process.exited'));
    expect(await (await inspector.markedEvent()).innerText()).to.include('process.exited');
    await inspector.event('process.exited').click();
    await inspector.page.locator('.drawing [id="state-backoff.waiting"].is-current').waitFor();
    await inspector.page.locator('.drawing .transition.is-lit').first().waitFor();
    await inspector.page.getByRole('region', { name: 'Chosen event' }).getByText('exit').first().waitFor();

    await inspector.filter('type of event').fill('');
    await inspector.page.getByRole('radio', { name: 'Sequence' }).click();
    await inspector.page.getByRole('listbox').focus();
    await inspector.page.keyboard.press('End');
    await inspector.actor('pump1-corerl', 'running').waitFor();
    await inspector.page.keyboard.press('Home');
    await inspector.actor('pump1-corerl', 'backoff').waitFor();
    expect(await (await inspector.markedEvent()).innerText()).to.include('process.exited');

    await host.request('POST', '/api/services/telemetry/restart?wait=running');
    await inspector.button(/^Resume \([1-9]\d* events since\)$/).click();
    await inspector.button('Pause').waitFor();
    await inspector.filter('sender or receiver').fill('telemetry');
    await inspector.event('service.restart').first().waitFor();
    expect(inspector.complaints).to.deep.equal([]);
  });

  it('keeps the newest event in view while the list changes its height, until the reader scrolls up', async () => {
    /** How much of the list there is, and how much of that is below the view, in pixels. */
    const measure = (): Promise<{ height: number; below: number }> =>
      inspector.page.evaluate<{ height: number; below: number }>(`(() => {
        const box = document.querySelector('.event-rows');
        return { height: box.scrollHeight, below: box.scrollHeight - box.scrollTop - box.clientHeight };
      })()`);
    /** Restarts a service and waits until the list has that. */
    const restart = async (): Promise<void> => {
      const before = await measure();
      await host.request('POST', '/api/services/telemetry/restart?wait=running');
      await eventually(async () => expect((await measure()).height).to.be.greaterThan(before.height));
    };
    const isFollowed = (): Promise<void> =>
      eventually(async () => {
        expect((await measure()).below).to.be.at.most(1);
      });
    await inspector.actor('telemetry', 'running').waitFor();
    for (let times = 0; times < 3; times += 1)
      await host.request('POST', '/api/services/telemetry/restart?wait=running');
    await restart();
    await isFollowed();
    // The list grows, so that the browser moves it, and is small again before it can report either.
    await inspector.page.evaluate(`(async () => {
      const frame = () => new Promise((next) => requestAnimationFrame(next));
      const box = document.querySelector('.event-rows');
      const banner = document.createElement('p');
      banner.style.cssText = 'height: 90px; flex: none; margin: 0';
      box.before(banner);
      await frame();
      await frame();
      const top = box.scrollTop;
      banner.remove();
      if (box.scrollTop > top - 40) throw new Error('The browser has not moved the list: ' + [top, box.scrollTop]);
      box.before(banner);
      await frame();
      await frame();
    })()`);
    await restart();
    await isFollowed();
    await inspector.page.setViewportSize({ width: 1280, height: 640 }); // and nothing happens after that
    await isFollowed();
    // A smooth scroll that ends some pixels before the end; at once, since the next event takes the list there anyway.
    const below = await inspector.page.evaluate<number>(`(async () => {
      const box = document.querySelector('.event-rows');
      box.scrollTop -= 9;
      await new Promise((next) => box.addEventListener('scrollend', () => requestAnimationFrame(next)));
      return box.scrollHeight - box.scrollTop - box.clientHeight;
    })()`);
    expect(below, 'px').to.be.at.most(1);

    await inspector.page.locator('.event-rows').hover();
    await inspector.page.mouse.wheel(0, -60);
    await eventually(async () => expect((await measure()).below).to.be.at.least(50));
    const left = await measure();
    await restart();
    const now = await measure();
    expect(now.below).to.be.at.least(left.below + now.height - left.height);
    expect(inspector.complaints).to.deep.equal([]);
  });

  it('records to a file that shows the same without the host', async () => {
    await inspector.button('● Record').click();
    await inspector.actor('pump1-corerl', 'running').click();
    await killed('pump1-corerl');
    const [download] = await Promise.all([
      inspector.page.waitForEvent('download'),
      inspector.button(/Stop and save/).click(),
    ]);
    const file = join(basePath, 'recording.json');
    await download.saveAs(file);
    expect(readFileSync(file, 'utf8')).to.include('API_KEY').and.not.include(SECRET);
    const { port } = new URL(host.url);
    await host.end('SIGKILL');

    await inspector.page.locator('input[type=file]').setInputFiles(file);
    await inspector.page
      .getByText(/^Recording of plant-north \(version .+\) from .+ Nothing here is live\.$/)
      .waitFor();
    await inspector.page.locator('.drawing [id="state-running.ready"].is-current').waitFor();
    await inspector.event('process.exited').click();
    await inspector.page.locator('.drawing [id="state-backoff.waiting"].is-current').waitFor();
    await inspector.actor('pump1-corerl', 'backoff').waitFor();

    host = await startHost(port);
    await inspector.button('Back to the host').click();
    await inspector.actor('pump1-corerl', 'running').waitFor();
    expect(inspector.complaints.filter((text) => !text.includes('WebSocket'))).to.deep.equal([]);
  });

  it('says that the host is away, and continues with the next one', async () => {
    await inspector.actor('pump1-corerl', 'running').waitFor();
    const { port } = new URL(host.url);
    await host.end('SIGKILL');
    await inspector.page.getByText(/^▲ No connection since .+; trying again\./).waitFor();
    expect(await inspector.page.title()).to.equal('(!) plant-north – inspector');
    host = await startHost(port);
    await inspector.actor('pump1-corerl', 'running').waitFor();
    await inspector.event('the connection to the host was lost').waitFor();
  });

  it('shows the past of a service from the journal, says what is not kept, and shows that of another in the same tab', async () => {
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    await inspector.actor('telemetry', 'running').click();
    await inspector.page.getByRole('tab', { name: 'Past' }).click();
    await inspector.page.getByText('Events between actors, and contexts, are not kept').waitFor();
    await inspector
      .button(/stopped → starting/)
      .first()
      .click();
    await inspector.page.locator('.drawing [id="state-starting"].is-current').waitFor();
    const link = inspector.page.getByRole('link', { name: 'The whole history is in the dashboard.' });
    expect(await link.getAttribute('href')).to.equal('/ui/#/services/telemetry/history');

    // The tab stays, and nothing of the one before is shown as that of the next.
    await inspector.page.route(/\/api\/events\/history/, async (route) => {
      await gate;
      await route.continue();
    });
    await inspector.actor('pump1-corerl').click();
    await inspector.page.getByRole('heading', { name: 'pump1-corerl' }).waitFor();
    await inspector.page.getByText('Loading…').waitFor();
    const past = inspector.page.locator('.past-events');
    expect(await past.count()).to.equal(0);
    open();
    await past
      .getByText(/→ starting/)
      .first()
      .waitFor();
    expect(await link.getAttribute('href')).to.equal('/ui/#/services/pump1-corerl/history');
  });

  it('exports the chart with the events that it shows, fits it, and leads to the other pages', async () => {
    await inspector.actor('telemetry', 'running').click();
    const { page } = inspector;
    const drawing = page.locator('.drawing svg').first();
    await drawing.waitFor();
    const before = await drawing.boundingBox();
    await inspector.button('Fit').click();
    await eventually(async () => {
      const [now, frame] = await Promise.all([drawing.boundingBox(), page.locator('.drawing-frame').boundingBox()]);
      expect(now!.width).to.be.lessThan(before!.width);
      expect(now!.width).to.be.at.most(frame!.width);
      expect(now!.height).to.be.at.most(frame!.height);
    });
    await inspector.button('All events').click();
    for (const [name, part] of [
      ['SVG', '<svg'],
      ['Mermaid', 'resume.alive'],
      ['XState JSON', '"initial":"stopped"'],
      ['Stately snippet', 'setup({'],
    ] as const) {
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name }).click()]);
      expect(readFileSync(await download.path(), 'utf8'), name).to.include(part);
    }
    for (const [name, path] of [
      ['Dashboard', '/ui/'],
      ['API', '/docs'],
      ['Stately inspector', '/inspector/stately'],
      ['plant-north', '/ui/'],
    ] as const) {
      expect(await page.getByRole('link', { name, exact: true }).getAttribute('href'), name).to.equal(path);
    }
  });

  it('has no serious finding of axe in the light and in the dark, on a phone neither', async () => {
    expect(await inspector.seriousFindingsInBothSchemes(), 'empty').to.deep.equal([]);
    await inspector.actor('pump1-corerl', 'running').click();
    await killed('pump1-corerl');
    await inspector.event('process.exited').click();
    expect(await inspector.seriousFindingsInBothSchemes(), 'list').to.deep.equal([]);
    await inspector.page.getByRole('radio', { name: 'Sequence' }).click();
    for (const tab of ['Context', 'Past', 'Statechart']) {
      await inspector.page.getByRole('tab', { name: tab }).click();
      expect(await inspector.seriousFindingsInBothSchemes(), tab).to.deep.equal([]);
    }
    await inspector.page.setViewportSize({ width: 390, height: 844 });
    for (const part of ['Actors', 'Chosen actor', 'Events']) {
      await inspector.page.getByRole('radio', { name: part }).click();
      expect(await inspector.seriousFindingsInBothSchemes(), `phone: ${part}`).to.deep.equal([]);
    }
    expect(inspector.complaints).to.deep.equal([]);
  });
});
