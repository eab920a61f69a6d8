import { expect } from 'chai';
import type { Frame, Page } from 'playwright-core';
import { describeInBrowser } from '../../support/built/browser.ts';
import { BuiltHost, install, write } from '../../support/built/built-host.ts';
import { axeFindingsInBothSchemes } from '../../support/built/page-measures.ts';
import { eventually } from '../../support/eventually.ts';
import type { InspectMessage } from '../../support/inspect/fake-viewer-socket.ts';
import { receivedBy, StandInInspector } from '../../support/inspect/stand-in-inspector.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const TRY_MS = 30_000;
const SECRET = 'hunter2-hunter2';
const SERVICES = ['one', 'two', 'three'];

function namesOf(messages: readonly InspectMessage[]): readonly string[] {
  return messages.flatMap(({ type, name }) => (type === '@xstate.actor' && name !== undefined ? [name] : []));
}

function stateOf(messages: readonly InspectMessage[], service: string): unknown {
  const id = messages.findLast(({ name }) => name === `service:${service}`)?.sessionId;
  return messages.findLast(({ type, sessionId }) => type === '@xstate.snapshot' && sessionId === id)?.snapshot?.value;
}

/** Fails until there is every service, in its state, with its parent before it. */
function assertWhole(messages: readonly InspectMessage[]): void {
  expect(namesOf(messages)).to.include.members(['root', ...SERVICES.map((id) => `service:${id}`)]);
  for (const id of SERVICES) expect(stateOf(messages, id)).to.deep.equal({ running: 'ready' });
  const known = new Set<string | undefined>([undefined]);
  for (const { type, sessionId, parentId } of messages) {
    if (type === '@xstate.actor') expect(known.has(parentId)).to.be.true;
    known.add(sessionId);
  }
}

/** The actors that have not ended. */
function liveIn(messages: readonly InspectMessage[]): ReadonlySet<string> {
  const live = new Set<string>();
  for (const { type, sessionId, snapshot } of messages) {
    if (type === '@xstate.actor') live.add(sessionId);
    else if (type === '@xstate.snapshot' && snapshot?.status !== 'active') live.delete(sessionId);
  }
  return live;
}

describeInBrowser('the Stately inspector in a browser', function (browser) {
  this.timeout(180_000);
  let basePath: string;
  let inspector: StandInInspector;
  let host: BuiltHost;
  let page: Page;
  const complaints: string[] = [];

  before(async () => {
    inspector = await StandInInspector.start();
  });
  after(async () => {
    await inspector.close();
  });
  beforeEach(async () => {
    basePath = temporaryFolder();
    install(basePath, 'waits', 'coretelemetry-1.0.0');
    const services = SERVICES.map((id) => `  ${id}: { kind: coretelemetry, env: { API_KEY: ${SECRET} } }\n`);
    write(basePath, 'coredinator.yaml', `services:\n${services.join('')}`);
    host = await startHost('0');
    complaints.length = 0;
    page = await browser().newPage({ viewport: { width: 1280, height: 800 } });
    page.setDefaultTimeout(TRY_MS);
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
  });
  afterEach(async () => {
    await page.close();
    await host.end('SIGTERM');
  });

  function startHost(port: string, url = inspector.url): Promise<BuiltHost> {
    return BuiltHost.start(basePath, '--on-exit', 'drain', '--port', port, '--inspector-url', url);
  }

  async function frame(): Promise<Frame> {
    return eventually(() => {
      const found = page.frames().find((each) => each.url() === inspector.url);
      if (found === undefined) throw new Error('The frame is not there yet.');
      return found;
    }, TRY_MS);
  }

  async function whole(place: Page | Frame): Promise<readonly InspectMessage[]> {
    return eventually(async () => {
      const messages = await receivedBy(place);
      assertWhole(messages);
      return messages;
    }, TRY_MS);
  }

  async function liveAfterKill(place: Page | Frame): Promise<void> {
    const { pid, generation } = await host.service('one');
    process.kill(pid!, 'SIGKILL');
    await eventually(async () => {
      const messages = await receivedBy(place);
      expect(messages.map(({ event }) => event?.type)).to.include('process.exited');
      expect((await host.service('one')).generation).to.equal(generation + 1);
      expect(stateOf(messages, 'one')).to.deep.equal({ running: 'ready' });
    }, TRY_MS);
  }

  it('shows all actors in a frame, then what happens, and everything again when the inspector is reloaded', async () => {
    await page.goto(`${host.url}/inspector/stately`);
    const messages = await whole(await frame());
    expect(JSON.stringify(messages)).to.include('API_KEY').and.not.include(SECRET);
    await page.locator('#host', { hasText: 'connected' }).waitFor();
    await eventually(async () => {
      const live = liveIn(await receivedBy(await frame()));
      expect(await page.locator('#actors').innerText()).to.equal(String(live.size));
    }, TRY_MS);

    await liveAfterKill(await frame());

    await page.getByRole('button', { name: 'Reload the inspector' }).click();
    await eventually(async () => {
      expect((await receivedBy(await frame())).map(({ event }) => event?.type)).to.not.include('process.exited');
      assertWhole(await receivedBy(await frame()));
    }, TRY_MS);
    expect(complaints).to.deep.equal([]);
    const screenshot = process.env['COREDINATOR_SCREENSHOTS'];
    if (screenshot !== undefined) await page.screenshot({ path: `${screenshot}/inspector.png` });
  });

  it('shows the same in a window that a click opens, and after the window is reloaded', async () => {
    await page.goto(`${host.url}/inspector/stately`);
    await whole(await frame());
    const opening = page.waitForEvent('popup');
    await page.getByRole('button', { name: 'Open in a window' }).click();
    const popup = await opening;
    await whole(popup);
    await liveAfterKill(popup);
    await popup.reload();
    await whole(popup);

    await popup.close();
    await page.locator('#inspector', { hasText: 'its window was closed' }).waitFor();
    await page.getByRole('button', { name: 'Show here' }).click();
    await whole(await frame());
    expect(complaints).to.deep.equal([]);
  });

  it('continues when the host is killed and restarted: with new ids, and with the old actors stopped', async () => {
    await page.goto(`${host.url}/inspector/stately`);
    const before = await whole(await frame());
    const { port } = new URL(host.url);
    await host.end('SIGKILL');
    await page.locator('#host', { hasText: /trying again/i }).waitFor();
    host = await startHost(port);

    const former = before[0]!.rootId;
    await eventually(async () => {
      const messages = await receivedBy(await frame());
      const ofNew = messages.filter(({ rootId }) => rootId !== former);
      assertWhole(ofNew);
      const stopped = messages.filter(({ rootId, snapshot }) => rootId === former && snapshot?.status === 'stopped');
      expect(stopped.map(({ sessionId }) => sessionId)).to.include(former);
    }, TRY_MS);
    expect(await page.locator('#host').innerText()).to.equal('connected');
  });

  it('says what to do if the browser opens no window', async () => {
    await page.goto(`${host.url}/inspector/stately`);
    await whole(await frame());
    await page.evaluate('window.open = () => null'); // what a blocked one gives
    await page.getByRole('button', { name: 'Open in a window' }).click();
    expect(await page.getByRole('alert').innerText()).to.include('Allow pop-ups for this page');
    await whole(await frame());
  });

  it('is accessible (axe) in the light and in the dark', async () => {
    await page.goto(`${host.url}/inspector/stately`);
    await whole(await frame());
    expect(await axeFindingsInBothSchemes(page, { iframes: false })).to.deep.equal([]);
  });

  it('says what to do if the inspector does not answer', async () => {
    const { port } = new URL(host.url);
    await host.end('SIGKILL');
    host = await startHost(port, new URL('/silent', inspector.url).href);
    await page.goto(`${host.url}/inspector/stately`);
    await page.locator('#note', { hasText: '/inspector' }).waitFor();
    expect(await page.locator('#note').innerText())
      .to.include('does not answer')
      .and.include('--inspector-url');
    expect(await page.locator('#actors').innerText()).to.equal('0');
  });
});
