import { expect } from 'chai';
import type { Key } from 'ink';
import { createActor, SimulatedClock, type Actor } from 'xstate';
import type { ServiceView } from '../../../lib/api/schemas/service.ts';
import type { ServiceUsageView, UsageView } from '../../../lib/api/schemas/usage.ts';
import type { Client } from '../../../lib/client/client.ts';
import { dialogOf } from '../../../lib/cli/top/dialogs.ts';
import { headLines, type HeadFacts } from '../../../lib/cli/top/head.ts';
import { eventOf, keyLine, pressesIn } from '../../../lib/cli/top/keys.ts';
import { listLines, rowLines } from '../../../lib/cli/top/list.ts';
import { topMachine } from '../../../lib/cli/top/machine.ts';
import { ordered, rowsOf, type Row } from '../../../lib/cli/top/rows.ts';
import { contentOf, shownIn } from '../../../lib/cli/top/screen-content.ts';
import { firstVisible, moved } from '../../../lib/cli/top/scroll.ts';
import { SORTS, type Sort } from '../../../lib/cli/top/sorts.ts';
import { NO_COLORS } from '../../../lib/cli/output/colors.ts';
import { attentionOf } from '../../../lib/frontend/world/attention.ts';
import { Store } from '../../../lib/frontend/world/store.ts';
import type { PublicState } from '../../../lib/model/states.ts';
import { serviceView } from '../../support/control/fake-control.ts';
import { eventually } from '../../support/eventually.ts';
import { PlayedHost } from '../frontend/played-host.ts';
import { healthOf } from '../frontend/views.ts';

const NOW = Date.parse('2026-01-02T03:05:05.678Z');
const LOOK = { colors: NO_COLORS, width: 100, now: NOW };
const SITE = { url: 'http://127.0.0.1:8000', colors: NO_COLORS };

function usageOf(id: string, cpu: number | null, rss: number): ServiceUsageView {
  return { id, cpu_seconds: 1, cpu_percent: cpu, rss_bytes: rss, processes: 2 };
}

function usageView(services: readonly ServiceUsageView[] = []): UsageView {
  const host = { cpu_seconds: 1, cpu_percent: 0.4, rss_bytes: 92_274_688, event_loop_lag_ms: null };
  return { at: '2026-01-02T03:04:05.678Z', supported: true, services: [...services], host };
}

function row(
  id: string,
  state: PublicState,
  used: ServiceUsageView | null = null,
  more: Partial<ServiceView> = {},
): Row {
  return { service: { ...serviceView(id, state), ...more }, usage: used };
}

const ROWS = [
  row('a', 'running', usageOf('a', 1, 300)),
  row('b', 'stopped'),
  row('c', 'failed', usageOf('c', null, 100)),
  row('d', 'running', usageOf('d', 7, 200), { substate: 'unready', ready: false }),
];

describe('the orders of top', () => {
  const ids = (sort: Sort, isReversed = false, rows = ROWS): string =>
    ordered(rows, { sort, isReversed }, NOW)
      .map(({ service }) => service.id)
      .join('');

  it('begin with what needs attention, as the home of the page does, then the order of the first start', () => {
    const onPage = attentionOf(
      ROWS.map(({ service }) => service),
      NOW,
    ).map(({ service }) => service.id);
    expect(onPage).to.deep.equal(['c', 'd']);
    expect(ids('attention')).to.equal('cdab');
    expect(ids('attention', true)).to.equal('badc');
  });

  it('put urgent rows first, and keep the order of equal ones', () => {
    expect(ids('cpu')).to.equal('dabc');
    expect(ids('memory')).to.equal('adcb');
    expect(ids('state')).to.equal('cdab');
    expect(ids('restarts')).to.equal('abcd');
    expect(ids('id')).to.equal('abcd');
    expect(ids('id', true)).to.equal('dcba');
  });
});

describe('scrolling in top', () => {
  it('stays within the rows', () => {
    expect(moved(0, { rows: -1, pages: 0 }, 3, 9)).to.equal(0);
    expect(moved(7, { rows: 0, pages: 1 }, 3, 9)).to.equal(8);
    expect(moved(0, { rows: Infinity, pages: 0 }, 3, 9)).to.equal(8);
    expect(moved(0, { rows: 1, pages: 0 }, 3, 0)).to.equal(0);
  });

  it('shows the chosen row and a full page, and moves no further than it must', () => {
    expect(firstVisible(0, 2, 3, 9)).to.equal(0);
    expect(firstVisible(0, 3, 3, 9)).to.equal(1);
    expect(firstVisible(5, 3, 3, 9)).to.equal(3);
    expect(firstVisible(8, 8, 3, 9)).to.equal(6);
    expect(firstVisible(4, 0, 20, 9)).to.equal(0);
  });
});

describe('the lines of top', () => {
  const HEAD: HeadFacts = {
    ...{
      url: SITE.url,
      health: healthOf(),
      session: null,
      usage: usageView(),
      rows: ROWS,
      lostAt: null,
      problem: null,
    },
  };

  it('name the host, its health and the counts of services, not ready ones apart', () => {
    expect(headLines(HEAD, LOOK)).to.deep.equal([
      'Plant 7  ● healthy  version 0.1.0  http://127.0.0.1:8000',
      '4 services: 1 failed, 1 not ready, 1 running, 1 stopped; 1K; host 0.4% 88M',
    ]);
  });

  it('say that the token is read-only, and why the host is degraded', () => {
    const degraded = { ...healthOf(), status: 'degraded' as const, reasons: ['The disk is full.', 'Another.'] };
    const lines = headLines({ ...HEAD, health: degraded, session: { signed_in_by: null, scope: 'read' } }, LOOK);
    expect(lines[0]).to.include('▲ degraded  read-only');
    expect(lines[2]).to.equal('▲ The disk is full. (and 1 more: `coredinator health`)');
  });

  it('call nothing healthy without a connection, and say since when', () => {
    const lines = headLines({ ...HEAD, lostAt: NOW, problem: 'It hangs.' }, LOOK);
    expect(lines[0]).to.include('▲ no connection').and.not.include('healthy');
    expect(lines[2]).to.match(
      /^▲ No connection since 2026-01-02 \d\d:\d\d:05\. All below is from then; .* It hangs\.$/,
    );
  });

  it('show the usage of each service, with fewer columns in favour of reasons on a narrow terminal', () => {
    const [head, ...rows] = rowLines(ROWS, LOOK);
    expect(head).to.match(/^SERVICE +STATE +CPU% +MEM +PROCS +PID +RESTARTS +FOR +REASON$/);
    expect(rows[0]).to.match(/^a +running +1\.0 +0K +2 +- +0 +1m$/);
    expect(rows[3]).to.match(/^d +running, not ready +7\.0 +0K +2/);
    const [narrow] = rowLines(ROWS, { ...LOOK, width: 80 });
    expect(narrow).to.match(/^SERVICE +STATE +CPU% +MEM +PID +FOR +REASON$/);
  });

  it('are never wider than the terminal, and cut neither state nor pid', () => {
    const rows = Array.from({ length: 40 }, (_, at) =>
      row(`${'x'.repeat(55)}-${at}`, 'backoff', null, {
        pid: 4_194_304,
        reason: 'long '.repeat(40),
        substate: 'waiting',
      }),
    );
    for (const width of [80, 120, 200]) {
      const lines = listLines(rows, rows[1]?.service.id ?? '', { first: 0, page: 40 }, { ...LOOK, width });
      expect(lines).to.have.length(41);
      for (const line of lines) expect(line.length, line).to.be.at.most(width);
      for (const line of lines.slice(1)) expect(line).to.include('backoff (waiting)').and.include('4194304');
      expect(new Set(lines.map((line) => line.slice(2).split(' ')[0])).size, 'different ids look different').to.equal(
        41,
      );
    }
  });

  it('mark the chosen row without colours too', () => {
    const lines = listLines(ROWS, 'b', { first: 0, page: 2 }, LOOK);
    expect(lines.map((line) => line.slice(0, 3))).to.deep.equal(['  S', '  a', '> b']);
  });
});

describe('the screen of top', () => {
  let host: PlayedHost;
  let clock: SimulatedClock;
  let actor: Actor<typeof topMachine>;
  let commands: string[];
  let refusal: Error | null;

  const recorded =
    (name: string) =>
    ({ id, body }: { readonly id: string; readonly body?: unknown }): Promise<null> => {
      commands.push([name, id, ...(body === undefined ? [] : [JSON.stringify(body)])].join(' '));
      return refusal === null ? Promise.resolve(null) : Promise.reject(refusal);
    };

  beforeEach(async () => {
    host = new PlayedHost();
    host.services = ROWS.map(({ service }) => service);
    clock = new SimulatedClock();
    commands = [];
    refusal = null;
    const client = {
      ...host.client,
      getUsage: () => Promise.resolve(usageView()),
      explainService: ({ id }: { readonly id: string }) => Promise.reject(new Error(`nobody explains ${id}`)),
      startService: recorded('start'),
      stopService: recorded('stop'),
      restartService: recorded('restart'),
      acknowledgeService: recorded('acknowledge'),
    } as unknown as Client; // what the screen uses of it here
    const size = { columns: 80, rows: 24 };
    const order = { sort: 'attention', isReversed: false } as const;
    const input = { ...order, client, store: new Store(), agent: null, size, intervalMs: 1_000, now: () => NOW };
    actor = createActor(topMachine, { input: { ...input, shown: shownIn(SITE) }, clock }).start();
    host.onConnection('open');
    await eventually(() => {
      expect(chosen()).to.equal('c');
    });
  });
  afterEach(() => {
    actor.stop();
  });

  const chosen = (): string | null => actor.getSnapshot().context.selected;
  const said = (): string => actor.getSnapshot().context.outcome?.sentence ?? '';
  const facts = () => ({ snapshot: actor.getSnapshot(), site: SITE });
  const body = (): string => contentOf(facts()).body.join('\n');

  function press(...keys: readonly (string | Partial<Key>)[]): void {
    for (const one of keys) {
      const [input, key] = typeof one === 'string' ? [one, {}] : ['', one];
      for (const each of pressesIn(input, key)) {
        const event = eventOf(actor.getSnapshot(), each);
        if (event !== null) actor.send(event);
      }
    }
  }

  it('moves the choice, and keeps it when the order changes by itself', () => {
    press('j');
    expect(chosen()).to.equal('d');
    press({ downArrow: true }, 'jjjj');
    expect(chosen()).to.equal('b');
    press({ home: true });
    expect(chosen()).to.equal('c');
    for (const letter of Object.values(SORTS)) press(letter);
    expect(actor.getSnapshot().context).to.include({ sort: 'id', isReversed: false });
    press('i');
    expect(actor.getSnapshot().context.isReversed).to.equal(true);
    expect(chosen()).to.equal('d');
  });

  it('filters by text and by states, and chooses only what is listed', () => {
    press('/', 'A');
    expect(chosen()).to.equal('a');
    expect(contentOf(facts()).head.at(-1)).to.equal('/A▏  (1 of 4)');
    press({ backspace: true }, 'q');
    expect(contentOf(facts()).head.at(-1), 'letters are text here').to.equal('/q▏  (0 of 4)');
    expect(chosen()).to.equal(null);
    press({ escape: true });
    expect(chosen()).to.equal('c');
    press('/pump\x7f\r');
    expect(contentOf(facts()).head.at(-1), 'keys that arrive together').to.equal('/pum  (0 of 4)');
    press({ escape: true }, 'o', 'j', 'j', 'j', ' ');
    expect(dialogOf(facts())?.lines).to.include('> [x] not ready (1)');
    press({ return: true });
    expect(contentOf(facts()).head.at(-1)).to.equal('only not ready  (1 of 4)');
    expect(chosen()).to.equal('d');
    press({ escape: true });
    expect(contentOf(facts()).head.at(-1)).to.equal('by attention');
  });

  it('keeps the chosen row in view when its state no longer matches', () => {
    press('o', ' ', { return: true });
    expect(chosen()).to.equal('c');
    actor.getSnapshot().context.store.update((world) => ({
      ...world,
      services: new Map(world.services).set('c', serviceView('c', 'running')),
    }));
    expect(body()).to.match(/^> c +running/m);
  });

  it('asks before a command and says what it would do; only y confirms', async () => {
    press('j', 'R');
    expect(dialogOf(facts())?.title).to.equal('Restart service d?');
    expect(dialogOf(facts())?.lines.join(' ')).to.include('d will be launched again, as generation 2');
    expect(keyLine(actor.getSnapshot())).to.equal('y yes  any other key: no');
    press({ return: true });
    expect(dialogOf(facts())).to.equal(null);
    press('R', 'q');
    expect(commands).to.deep.equal([]);
    expect(actor.getSnapshot().status).to.equal('active');
    press('R', 'y');
    expect(said()).to.equal('Restarting d…');
    await eventually(() => {
      expect(said()).to.equal('Restarted d.');
    });
    expect(commands).to.deep.equal(['restart d']);
    press('k');
    expect(said()).to.equal('');
  });

  it('shows why the host refuses, and why a command would change nothing', async () => {
    refusal = new Error('Nobody holds it.');
    press('S', 'y');
    await eventually(() => {
      expect(said()).to.equal('Nobody holds it.');
    });
    press('jjj', 'X');
    expect(said()).to.equal('b is stopped and intended to be stopped: nothing would change.');
  });

  it('acknowledges a failure with a note', async () => {
    press('A', 'seen q', { backspace: true }, '?');
    expect(dialogOf(facts())?.lines.at(-1)).to.equal('Note (optional): seen ?▏');
    press({ return: true });
    await eventually(() => {
      expect(said()).to.equal('Acknowledged the failure of c.');
    });
    expect(commands).to.deep.equal(['acknowledge c {"note":"seen ?"}']);
    press('j', 'A');
    expect(said()).to.equal('d is running: there is no failure to acknowledge.');
  });

  it('gives no commands without a connection, and stops the durations', async () => {
    host.onConnection('lost');
    await eventually(() => {
      expect(contentOf(facts()).head.join('\n')).to.include('No connection since');
    });
    press('R');
    expect(said()).to.equal('No commands without a connection to the host.');
    expect(dialogOf(facts())).to.equal(null);
    host.onConnection('open');
    await eventually(() => {
      expect(contentOf(facts()).head.join('\n')).to.include('● healthy');
    });
    press('R');
    host.onConnection('lost');
    press('y');
    expect(said(), 'lost while it was asked').to.equal('No commands without a connection to the host.');
    expect(commands).to.deep.equal([]);
  });

  it('gives no commands with a read-only token', () => {
    actor.getSnapshot().context.store.update((world) => ({ ...world, session: { signed_in_by: null, scope: 'read' } }));
    press('R');
    expect(said()).to.equal('Your token is read-only: it allows no commands.');
  });

  it('explains, says why it cannot, and keeps the view while time passes', async () => {
    press({ return: true });
    await eventually(() => {
      expect(body()).to.include('The explanation could not be read: nobody explains c');
    });
    expect(body()).to.match(/^c {2}failed for 1m, intended: running$/m);
    clock.increment(10_000);
    expect(actor.getSnapshot().matches({ open: { view: 'details' } })).to.equal(true);
    expect(host.follows, 'one stream for all views').to.equal(1);
    press({ escape: true });
    expect(actor.getSnapshot().matches({ open: { view: { list: 'browsing' } } })).to.equal(true);
  });

  it('ends with q, and with Ctrl-C wherever it is', () => {
    press('/', { ctrl: true });
    const event = eventOf(actor.getSnapshot(), { input: 'c', key: { ctrl: true } });
    expect(event).to.deep.equal({ type: 'interrupt' });
    press({ escape: true }, '?', 'q');
    expect(actor.getSnapshot().status, 'a key closes the help').to.equal('active');
    press('q');
    expect(actor.getSnapshot().matches('closed')).to.equal(true);
  });

  it('fits the terminal whatever its size, with a warning too', () => {
    const many = Array.from({ length: 60 }, (_, at) => serviceView(`s${at}`));
    actor.getSnapshot().context.store.update((world) => ({
      ...world,
      services: new Map(many.map((one) => [one.id, one])),
    }));
    for (const [columns, rows] of [
      [80, 24],
      [200, 50],
      [40, 10],
    ] as const) {
      for (const reasons of [[], ['The disk is full.']]) {
        actor.getSnapshot().context.store.update((world) => ({ ...world, health: { ...healthOf(), reasons } }));
        actor.send({ type: 'resize', size: { columns, rows } });
        const content = contentOf(facts());
        expect(content.head.length + content.body.length + 2, `${columns}x${rows}`).to.equal(rows);
      }
    }
  });
});

describe('the rows of top', () => {
  it('have the usage of their service', () => {
    const [one, other] = rowsOf([serviceView('a'), serviceView('b')], usageView([usageOf('b', 1, 2)]));
    expect([one?.usage, other?.usage?.rss_bytes]).to.deep.equal([null, 2]);
  });
});
