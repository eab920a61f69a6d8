import { expect } from 'chai';
import { chmodSync, readFileSync } from 'node:fs';
import { describeInBrowser } from '../../support/built/browser.ts';
import { BuiltHost, install, write } from '../../support/built/built-host.ts';
import { OpenDashboard } from '../../support/built/dashboard.ts';
import { LogView } from '../../support/built/log-view.ts';
import { eventually } from '../../support/eventually.ts';
import { temporaryFolder } from '../../support/temporary.ts';

/** A box shows some 25 lines; so many more may be kept at hand around them. */
const MOST_ROWS = 80;
const LINE_PX = 20;
const BURSTS_OF_EACH = 8;
/** The page keeps at most about this many lines. */
const MOST_LINES = 11_000;
const WAIT_MS = 20_000;

const LONG = "#!/bin/sh\nseq -f 'line %.0f' 1 20000\nexec sleep 1001\n";
/** A thousand lines a second, by the clock. */
const FAST = `#!${process.execPath}
const start = Date.now();
let written = 0;
setInterval(() => {
  let text = '';
  for (const due = Date.now() - start; written < due; ) text += 'fast ' + ++written + '\\n';
  process.stdout.write(text);
}, 10);
`;
/** The same program for several services, in bursts, so that the list changes between them. */
const BURSTS = `#!/bin/sh
i=0; while [ $i -lt ${BURSTS_OF_EACH} ]; do seq -f 'line %.0f' $((i * 250 + 1)) $((i * 250 + 250)); sleep 0.05; i=$((i + 1)); done
exec sleep 1001
`;
const STYLED = `#!/bin/bash
printf '\\033[31mred\\033[0m plain \\033]0;title\\007\\n'
printf '10 %%\\r50 %%\\r100 %%\\n'
echo "wide $(seq -s ' ' 1 400)"
echo oops >&2
for share in 10 20 30; do printf '\\r%s %% of it' $share; sleep 0.3; done
exec sleep 1001
`;
const CRASH = '#!/bin/sh\necho working\nsleep 0.3\necho "last words" >&2\nexit 3\n';
const CONFIG = `kinds:
  long: { executable: long }
  fast: { executable: fast }
  styled: { executable: styled }
  bursts: { executable: bursts }
  counts: { executable: counts }
  crash: { executable: crash, backoff: { initial: 500ms, jitter: 0 } }
`;

/** What a box is wide, as a browser knows it. */
interface Widths {
  readonly scrollWidth: number;
  readonly clientWidth: number;
}

const numberIn = (text: string | undefined): number => Number(/\d+$/.exec(text ?? '')?.[0] ?? NaN);

describeInBrowser('the Logs view in a browser', function (browser) {
  this.timeout(180_000);
  let basePath: string;
  let host: BuiltHost;
  let dashboard: OpenDashboard;
  let logs: LogView;

  beforeEach(() => {
    basePath = temporaryFolder();
    const programs = { long: LONG, fast: FAST, bursts: BURSTS, styled: STYLED, crash: CRASH };
    for (const [name, script] of Object.entries(programs)) chmodSync(write(basePath, `${name}-1.0.0`, script), 0o755);
    install(basePath, 'counts-slowly', 'counts-1.0.0');
  });
  afterEach(async () => {
    await dashboard.close();
    await host.end('SIGTERM');
  });

  /** Starts a host with these services, each of the kind of its name, and opens the output of the first. */
  async function open(...ids: readonly [string, ...string[]]): Promise<void> {
    const services = ids.map((id) => `  ${id}: { kind: ${id.replace(/\d/, '')} }\n`).join('');
    write(basePath, 'coredinator.yaml', `${CONFIG}services:\n${services}`);
    host = await BuiltHost.start(basePath, '--on-exit', 'drain');
    dashboard = await OpenDashboard.open(browser(), host.url);
    logs = new LogView(dashboard.page);
    await goTo(`#/services/${ids[0]}/logs`);
  }

  async function goTo(hash: string): Promise<void> {
    await dashboard.page.evaluate('location.hash = ' + JSON.stringify(hash));
  }

  /** The text at the end of the list, once it is this one. */
  async function waitForEnd(text: string): Promise<void> {
    await eventually(async () => {
      const { texts, below } = await logs.measure();
      expect(texts.at(-1)).to.equal(text);
      expect(below, 'px below the view').to.be.at.most(1);
    }, WAIT_MS);
  }

  it('scrolls 20,000 lines in its own box: older ones are loaded on the way up, newer ones on the way down', async () => {
    await open('long');
    await waitForEnd('line 20000');
    const atEnd = await logs.measure();
    const window = await dashboard.page.evaluate('innerHeight');
    expect(atEnd.clientHeight).to.be.within(200, Number(window) - 200);
    expect(atEnd.scrollHeight).to.be.at.least(900 * LINE_PX);
    expect(atEnd.rowsInDocument).to.be.lessThan(MOST_ROWS);
    const bar = await logs.search.boundingBox();
    expect(bar?.y, 'the search field is in view').to.be.within(0, Number(window));

    let first = numberIn(atEnd.texts[0]);
    while (first > 1) {
      const here = first;
      await eventually(async () => {
        await logs.press('Home'); // again: lines that are loaded above stop the browser's smooth scrolling
        const seen = await logs.measure();
        const numbers = seen.texts.map(numberIn);
        expect(numbers, 'consecutive').to.deep.equal(numbers.map((_, index) => (numbers[0] ?? 0) + index));
        expect(seen.rowsInDocument).to.be.lessThan(MOST_ROWS);
        expect(seen.scrollHeight).to.be.at.most(MOST_LINES * LINE_PX);
        expect(numbers[0]).to.be.lessThan(here);
        first = numbers[0] ?? NaN;
      }, WAIT_MS);
    }
    await logs.place.getByText('the oldest stored line is the first one here').waitFor();
    expect(await logs.place.innerText()).to.include('Not following');

    let last = 0;
    while (last < 20_000) {
      const here = last;
      await eventually(async () => {
        await logs.press('End');
        const numbers = (await logs.measure()).texts.map(numberIn);
        expect(numbers, 'consecutive').to.deep.equal(numbers.map((_, index) => (numbers[0] ?? 0) + index));
        expect(numbers.at(-1)).to.be.greaterThan(here);
        last = numbers.at(-1) ?? NaN;
      }, WAIT_MS);
    }
    await logs.place.getByText('Following', { exact: true }).waitFor();
    expect(dashboard.complaints).to.deep.equal([]);
  });

  for (const [moment, next] of [
    ['the frame in which the newest lines are drawn first', 'requestAnimationFrame(look)'],
    ['the moment after they were', 'setTimeout(look)'],
  ] as const)
    it(`leaves the end when the reader scrolls in ${moment}`, async () => {
      await open('long');
      await waitForEnd('line 20000');
      await goTo('#/services');
      await logs.box.waitFor({ state: 'detached' });
      await dashboard.page.evaluate(`new Promise((scrolled) => {
        const look = () => {
          const box = document.querySelector('[role=log]');
          const isAtEnd = box?.textContent.includes('line 20000') && box.scrollHeight - box.scrollTop <= box.clientHeight + 1;
          if (!isAtEnd) return void ${next};
          box.scrollTop = 2010;
          scrolled();
        };
        look();
        location.hash = '#/services/long/logs';
      })`);
      await logs.place.getByText('Not following').waitFor();
      expect(numberIn((await logs.measure()).texts[0])).to.equal(19_101);
    });

  it('stays where it is while older lines are loaded above', async () => {
    await open('long');
    await waitForEnd('line 20000');
    await logs.scrollTo(2_010); // some of the lines that are at hand are still above
    const [line] = (await logs.measure()).texts;
    const height = (await logs.measure()).scrollHeight;
    await eventually(async () => {
      const seen = await logs.measure();
      if (seen.scrollHeight === height) await logs.wheel(-40);
      expect(seen.scrollHeight).to.be.greaterThan(height + 900 * LINE_PX);
    }, WAIT_MS);
    const [now] = (await logs.measure()).texts;
    expect(numberIn(now)).to.be.within(numberIn(line) - 40, numberIn(line));
  });

  it('follows a service that writes 1,000 lines a second, stays where a reader scrolls to, and jumps to the newest', async () => {
    await open('fast');
    await eventually(async () => {
      expect(numberIn((await logs.measure()).texts.at(-1))).to.be.greaterThan(1_000);
    }, WAIT_MS);
    const begin = numberIn((await logs.measure()).texts.at(-1));
    const started = performance.now();
    const shown: number[] = [];
    let blank = 0; // a fast scroll can be shown before its lines are
    while (performance.now() - started < 12_000) {
      const { texts, below, rowsInDocument, scrollHeight } = await logs.measure();
      expect(below, 'px below the view').to.be.at.most(1);
      expect(rowsInDocument).to.be.lessThan(MOST_ROWS);
      expect(scrollHeight).to.be.at.most(MOST_LINES * LINE_PX);
      const numbers = texts.map(numberIn);
      expect(numbers, 'consecutive').to.deep.equal(numbers.map((_, index) => (numbers[0] ?? 0) + index));
      if (numbers.length === 0) blank += 1;
      else shown.push(numbers.at(-1) ?? NaN);
      await dashboard.page.waitForTimeout(100);
    }
    expect((shown.at(-1) ?? 0) - begin, 'lines in 12 s').to.be.greaterThan(10_000);
    expect(blank, 'views without a line').to.be.at.most(2);
    expect(new Set(shown).size, 'different views of 100').to.be.greaterThan(30);

    await logs.wheel(-1_000);
    await logs.jump.waitFor();
    const there = await logs.measure();
    await logs.page.getByRole('button', { name: /\([2-9]\d{3} new lines\)/ }).waitFor();
    const later = await logs.measure();
    expect(later.texts).to.deep.equal(there.texts);
    expect(Math.abs(later.firstTop - there.firstTop), 'px').to.be.lessThan(1);
    const left = numberIn(later.texts.at(-1));

    await logs.jump.click();
    await logs.place.getByText('Following').waitFor();
    await eventually(async () => {
      const { texts, below } = await logs.measure();
      expect(numberIn(texts.at(-1))).to.be.greaterThan(left + 2_000);
      expect(below).to.be.at.most(1);
    }, WAIT_MS);
    expect(dashboard.complaints).to.deep.equal([]);
  });

  it('goes on with the next launch when the service is restarted', async () => {
    await open('counts');
    await eventually(async () => {
      expect(numberIn((await logs.measure()).texts.at(-1))).to.be.greaterThan(100);
    }, WAIT_MS);
    await dashboard.command('Restart');
    await eventually(async () => {
      const { texts, below } = await logs.measure();
      expect(await logs.box.locator('.log-origin').last().innerText()).to.equal('2 out');
      expect(numberIn(texts.at(-1))).to.be.greaterThan(40);
      expect(below).to.be.at.most(1);
    }, WAIT_MS);
    expect(dashboard.complaints).to.deep.equal([]);
  });

  it('goes on following when what is above the list goes away and comes back, and until the reader moves it', async () => {
    await open('long');
    await waitForEnd('line 20000');
    // The box grows, so that the browser moves it, and is small again before it can report either.
    await dashboard.page.evaluate(`(async () => {
      const frame = () => new Promise((next) => requestAnimationFrame(next));
      const box = document.querySelector('[role=log]');
      const banner = document.createElement('p');
      banner.style.height = '90px';
      box.closest('.logs').prepend(banner);
      await frame();
      await frame();
      const top = box.scrollTop;
      banner.remove();
      if (box.scrollTop > top - 80) throw new Error('The browser has not moved the box: ' + [top, box.scrollTop]);
      box.closest('.logs').prepend(banner);
      await frame();
      await frame();
    })()`);
    await waitForEnd('line 20000');
    expect(await logs.place.innerText()).to.match(/^Following/);

    await logs.wheel(-40);
    await logs.place.getByText('Not following').waitFor();
    await logs.jump.click();
    await logs.place.getByText('Following', { exact: true }).waitFor();
    await logs.press('ArrowUp');
    await logs.place.getByText('Not following').waitFor();

    // As a scrollbar of a browser that reports no input there: in small steps, one after another.
    await logs.jump.click();
    await waitForEnd('line 20000');
    await dashboard.page.evaluate("document.querySelector('[role=log]').scrollTop -= 4"); // as a smooth scroll that ends late
    await waitForEnd('line 20000');
    await dashboard.page.waitForTimeout(500);
    await dashboard.page.evaluate(`(async () => {
      const box = document.querySelector('[role=log]');
      for (let step = 0; step < 4; step += 1) {
        box.scrollTop -= 40;
        await new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next)));
      }
    })()`);
    await logs.place.getByText('Not following').waitFor();
    expect(dashboard.complaints).to.deep.equal([]);
  });

  it('searches everything that is stored: n of m, and the lines around each match', async () => {
    await open('long');
    await waitForEnd('line 20000');
    await logs.search.fill('LINE 77');
    await logs.count.getByText('111 of 111', { exact: true }).waitFor();
    const target = dashboard.page.locator('.log-target .log-text');
    await eventually(async () => {
      expect(await target.allInnerTexts()).to.deep.equal(['line 7799']);
      const { texts } = await logs.measure();
      expect(texts).to.include('line 7799').and.include('line 7801').and.include('line 7797');
    }, WAIT_MS);
    expect(await dashboard.page.locator('mark').first().innerText()).to.equal('line 77');

    await dashboard.page.getByRole('button', { name: 'Previous match' }).click();
    await logs.count.getByText('110 of 111', { exact: true }).waitFor();
    await eventually(async () => {
      expect(await target.allInnerTexts()).to.deep.equal(['line 7798']);
    });
    await logs.search.press('Enter');
    await logs.search.press('Enter');
    await logs.count.getByText('1 of 111', { exact: true }).waitFor();
    await eventually(async () => {
      expect(await target.allInnerTexts()).to.deep.equal(['line 77']);
      expect((await logs.measure()).texts)
        .to.include('line 76')
        .and.include('line 78');
    }, WAIT_MS);

    await dashboard.page.getByRole('button', { name: 'Regular expression' }).click();
    await logs.search.fill('^line 1[0-9]{3}0$');
    await logs.count.getByText('1,000 of 1,000', { exact: true }).waitFor();
    await logs.search.fill('line [');
    await dashboard.page.getByRole('alert').getByText('"grep"').waitFor();
    await logs.search.fill('nowhere');
    await logs.count.getByText(/^No match\. Searched all \d+ KiB\.$/).waitFor();
    expect(dashboard.complaints).to.deep.equal([]);
  });

  it('counts the matches in what is written after the search', async () => {
    await open('counts');
    await eventually(async () => {
      expect(numberIn((await logs.measure()).texts.at(-1))).to.be.greaterThan(30);
    }, WAIT_MS);
    await dashboard.page.getByRole('button', { name: 'Regular expression' }).click();
    await logs.search.fill('^[0-9]+$');
    const total = async (): Promise<number> =>
      Number(/of ([\d,]+)$/.exec(await logs.count.innerText())?.[1]?.replace(',', '') ?? 0);
    await eventually(async () => {
      expect(await total()).to.be.greaterThan(0);
    }, WAIT_MS);
    const first = await total();
    await eventually(async () => {
      expect(await total()).to.be.greaterThan(first + 100);
    }, WAIT_MS);
  });

  it('shows several services in one list by time, each with its name', async () => {
    await open('counts', 'counts2', 'counts3');
    const add = dashboard.page.getByRole('combobox', { name: 'Add a service' });
    await add.fill('counts2');
    await add.press('Enter');
    await dashboard.waitForAddress('#/services/counts/logs?with=counts2');
    await eventually(async () => {
      const names = await logs.box.locator('.log-service').allInnerTexts();
      expect(new Set(names)).to.deep.equal(new Set(['counts', 'counts2']));
      const times = await dashboard.page.evaluate<string[]>(
        `[...document.querySelectorAll('.log-time')].map((time) => time.title)`,
      );
      expect(times.length).to.be.greaterThan(20);
      expect(times).to.deep.equal([...times].sort());
    }, WAIT_MS);
    expect((await logs.measure()).below).to.be.at.most(1);

    await dashboard.page.getByRole('button', { name: 'Remove counts2' }).click();
    await dashboard.waitForAddress('#/services/counts/logs');
    await logs.box.locator('.log-service').first().waitFor({ state: 'detached' });
    expect(dashboard.complaints).to.deep.equal([]);
  });

  it('loads older lines of several services on the way up, each line of each of them once', async () => {
    await open('bursts', 'bursts2');
    await goTo('#/services/bursts/logs?with=bursts2');
    const most = BURSTS_OF_EACH * 250;
    await eventually(async () => {
      const { texts, below } = await logs.measure();
      expect(texts.at(-1)).to.equal(`line ${most}`);
      expect(below, 'px below the view').to.be.at.most(1);
    }, WAIT_MS);
    await dashboard.page.reload(); // everything is older than the view now
    await eventually(async () => {
      const { texts, services } = await logs.measure();
      expect(texts.at(-1)).to.equal(`line ${most}`);
      expect(services.at(-1)).to.match(/^bursts2?$/);
    }, WAIT_MS);
    expect((await logs.measure()).scrollHeight).to.be.lessThan(most * LINE_PX);

    await eventually(async () => {
      await logs.press('Home');
      expect((await logs.measure()).rowsInDocument).to.be.lessThan(MOST_ROWS);
      expect(await logs.place.innerText()).to.include('the oldest stored line is the first one here');
      expect((await logs.measure()).texts[0]).to.equal('line 1');
    }, 4 * WAIT_MS);

    const last = new Map([
      ['bursts', 0],
      ['bursts2', 0],
    ]);
    for (let top = 0, isOver = false; !isOver;) {
      await logs.scrollTo(top);
      const { texts, services, below, clientHeight } = await logs.measure();
      for (const [index, text] of texts.entries()) {
        const service = services[index] ?? '';
        const before = last.get(service) ?? NaN;
        if (numberIn(text) <= before) continue; // it was in view before
        expect(numberIn(text), `the line of ${service} behind line ${before}`).to.equal(before + 1);
        last.set(service, before + 1);
      }
      isOver = below <= 1;
      top += clientHeight - 3 * LINE_PX;
    }
    expect([...last.values()]).to.deep.equal([most, most]);
    expect(dashboard.complaints).to.deep.equal([]);
  });

  it('has a link to each line, which opens it with the lines around it', async () => {
    await open('long');
    await waitForEnd('line 20000');
    await logs.search.fill('line 4321');
    await logs.count.getByText('1 of 1', { exact: true }).waitFor();
    await logs.line('line 4321').locator('.log-time').click();
    await dashboard.page.waitForURL(/logs\?line=1:\d+$/);
    const link = dashboard.page.url();

    await dashboard.page.goto('about:blank');
    await dashboard.page.goto(link);
    await eventually(async () => {
      expect(await dashboard.page.locator('.log-target .log-text').allInnerTexts()).to.deep.equal(['line 4321']);
      expect((await logs.measure()).texts)
        .to.include('line 4318')
        .and.include('line 4321')
        .and.include('line 4324');
    }, WAIT_MS);
    await logs.jump.click();
    await waitForEnd('line 20000');
  });

  it('reaches and opens the links of lines with the keyboard', async () => {
    await open('long');
    await waitForEnd('line 20000');
    const { keyboard } = dashboard.page;
    await logs.box.focus();
    await keyboard.press('Tab');
    const focused = async (): Promise<string | undefined> =>
      (await dashboard.page.locator('.log-line:focus-within .log-text').allInnerTexts())[0];
    const first = numberIn(await focused());
    for (let press = 1; press <= 40; press += 1) {
      await keyboard.press('ArrowUp');
      await eventually(async () => {
        expect(await focused()).to.equal(`line ${first - press}`);
      });
    }
    await keyboard.press('Enter');
    await eventually(async () => {
      expect(await dashboard.page.locator('.log-target .log-text').allInnerTexts()).to.deep.equal([
        `line ${first - 40}`,
      ]);
    });
    expect((await logs.measure()).texts).to.include(`line ${first - 40}`);
  });

  it('pauses when the host is killed and goes on when it is back, without a gap or a double', async () => {
    await open('counts');
    await eventually(async () => {
      expect(numberIn((await logs.measure()).texts.at(-1))).to.be.greaterThan(20);
    }, WAIT_MS);
    const { port } = new URL(host.url);
    const away = dashboard.page.getByText('No connection to the host since');
    await host.end('SIGKILL');
    await away.waitFor();
    expect(await logs.place.innerText()).to.include('Waiting for the host');
    const stopped = numberIn((await logs.measure()).texts.at(-1));
    host = await BuiltHost.start(basePath, '--on-exit', 'drain', '--port', port);
    await away.waitFor({ state: 'detached' });
    await eventually(async () => {
      const { texts, below } = await logs.measure();
      expect(numberIn(texts.at(-1))).to.be.greaterThan(stopped + 100);
      expect(below).to.be.at.most(1);
    }, WAIT_MS);

    await eventually(async () => {
      await logs.press('Home');
      expect(numberIn((await logs.measure()).texts[0])).to.equal(1);
    }, WAIT_MS);
    const numbers: number[] = [];
    await eventually(async () => {
      for (const number of (await logs.measure()).texts.map(numberIn)) {
        if (number > (numbers.at(-1) ?? 0)) numbers.push(number);
        expect(number, 'each once, in order').to.equal(numbers[number - 1]);
      }
      if (numbers.length <= stopped + 100) await logs.scrollTo((numbers.length - 5) * LINE_PX);
      expect(numbers.length).to.be.greaterThan(stopped + 100);
    }, WAIT_MS);
    expect(numbers).to.deep.equal(numbers.map((_, index) => index + 1));
    expect(dashboard.complaints).to.deep.equal([]);
  });

  it('shows the output when the host comes back that was away when the view was opened', async () => {
    await open('counts');
    await goTo('#/services/counts');
    await dashboard.page.getByRole('tab', { name: 'Logs' }).waitFor();
    const { port } = new URL(host.url);
    await host.end('SIGKILL');
    await dashboard.page.getByRole('tab', { name: 'Logs' }).click();
    await dashboard.page.getByText('No connection to the host since').waitFor();

    host = await BuiltHost.start(basePath, '--on-exit', 'drain', '--port', port);
    await logs.place.getByText('Following').waitFor();
    await dashboard.page.getByText('No connection to the host since').waitFor({ state: 'detached' });
    expect((await logs.measure()).texts.length).to.be.greaterThan(5);
  });

  it('shows colours, the last state of what was written over, other escapes, both streams and wide lines', async () => {
    await open('styled');
    await waitForEnd('30 % of it');
    const { texts } = await logs.measure();
    expect(texts.slice(0, 2)).to.deep.equal(['red plain ^[]0;title^G', '100 %']);
    expect(texts.slice(3)).to.deep.equal(['oops', '30 % of it']);
    const colour = (text: string): Promise<string> =>
      logs.box.getByText(text, { exact: true }).evaluate((element) => {
        const page = globalThis as unknown as { getComputedStyle(of: unknown): { readonly color: string } };
        return page.getComputedStyle(element).color;
      });
    expect(await colour('red')).to.equal('rgb(187, 0, 0)');
    expect(await logs.line('oops').locator('.log-origin').innerText()).to.equal('1 err');
    expect(await logs.line('100 %').locator('.log-origin').innerText()).to.equal('1 out');
    const wide = logs.box.locator('.log-line').nth(2);
    const lying = await logs.box.evaluate(({ scrollWidth, clientWidth }: Widths) => scrollWidth / clientWidth);
    expect(lying).to.be.greaterThan(5);
    expect((await wide.boundingBox())?.height).to.equal(LINE_PX);

    await dashboard.page.getByText('Wrap', { exact: true }).click();
    await eventually(async () => {
      expect((await wide.boundingBox())?.height).to.be.greaterThan(10 * LINE_PX);
      const now = await logs.box.evaluate(({ scrollWidth, clientWidth }: Widths) => scrollWidth - clientWidth);
      expect(now).to.equal(0);
    });
    const time = logs.line('oops').locator('.log-time');
    expect(await time.innerText()).to.match(/^\d\d:\d\d:\d\d\.\d{3}$/);
    await dashboard.page.getByText('UTC', { exact: true }).click();
    const at = (await time.getAttribute('title')) ?? '';
    await eventually(async () => {
      expect(await time.innerText()).to.equal(`${at.slice(11, 23)}Z`);
    });
    expect(dashboard.complaints).to.deep.equal([]);
  });

  it('saves everything that is stored as a file', async () => {
    await open('long');
    await waitForEnd('line 20000');
    const coming = dashboard.page.waitForEvent('download');
    await dashboard.page.getByRole('link', { name: 'Download' }).click();
    const download = await coming;
    expect(download.suggestedFilename()).to.equal('long.log');
    const lines = readFileSync(await download.path(), 'utf8').split('\n');
    expect([lines.length, lines[0], lines[19_999]]).to.deep.equal([20_001, 'line 1', 'line 20000']);
  });

  it('opens the output of a crash from the history, with its last words', async () => {
    await open('crash');
    await goTo('#/services/crash/history');
    await dashboard.page.getByRole('link', { name: 'Output of launch 2' }).first().click();
    await dashboard.waitForAddress('#/services/crash/logs?generation=2');
    await waitForEnd('last words');
    const launches = dashboard.page.getByRole('combobox', { name: 'Launch' });
    expect(await launches.inputValue()).to.equal('2');

    await eventually(async () => {
      expect(await launches.innerText()).to.match(/Launch 1, .*code 3/);
    }, WAIT_MS);
    await launches.selectOption('1');
    await dashboard.waitForAddress('#/services/crash/logs?generation=1');
    await waitForEnd('last words');
    await launches.selectOption('');
    await logs.box.locator('.log-first').first().waitFor();
  });
});
