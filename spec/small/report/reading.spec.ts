import { expect } from 'chai';
import type { DescribedEventView } from '../../../lib/api/schemas/event.ts';
import { ProblemError, UnreachableError } from '../../../lib/client/errors.ts';
import { readCrashes } from '../../../lib/report/reading/crashes.ts';
import { newestOf } from '../../../lib/report/reading/events.ts';
import { ranVersions, versionsOf } from '../../../lib/report/reading/launches.ts';
import { eachOf, partOf } from '../../../lib/report/reading/part.ts';
import { concerns } from '../../../lib/report/reading/scope.ts';
import { rejection } from '../../support/rejection.ts';
import { at, exitOf, launchOf, RANGE } from './content.ts';

const never = new AbortController().signal;

function problem(status: number, detail: string): ProblemError {
  return new ProblemError({ type: 'about:blank', title: detail, status, detail });
}

describe('what a report reads', () => {
  it('is the latest of many events, with the number of the others', async () => {
    const all = Array.from({ length: 2_500 }, (_, index) => exitOf(2_500 - index, { at: at(1) }));
    const read = (most: number): ReturnType<typeof newestOf> =>
      newestOf(
        ({ before = Infinity, limit }) => {
          const events = all.filter(({ seq }) => seq < before).slice(0, limit);
          return Promise.resolve({ events, next: events.length < limit ? null : (events.at(-1)?.seq ?? null) });
        },
        ({ seq }) => seq % 2 === 0,
        most,
      );
    const some = await read(3);
    expect(some.items.map(({ seq }) => seq)).to.deep.equal([2_500, 2_498, 2_496]);
    expect(some).to.include({ omitted: 1_247, isPartial: false });
  });

  it('ends after a number of pages, and says that there may be more', async () => {
    let pages = 0;
    const found = await newestOf(
      () => {
        pages += 1;
        return Promise.resolve({ events: [exitOf(5, { repeated: 9 })], next: 5 });
      },
      () => true,
      1,
    );
    expect(pages).to.equal(80);
    expect(found).to.include({ omitted: 790, isPartial: true });
  });

  it('says why a part is missing, but ends if nothing may be read or the host is away', async () => {
    const failing = (error: Error): Promise<unknown> => partOf(() => Promise.reject(error));
    expect(await failing(problem(503, 'The store is locked.'))).to.deep.equal({
      type: 'unread',
      reason: 'The store is locked.',
    });
    expect(await rejection(failing(problem(401, 'A token is required.')))).to.be.instanceOf(ProblemError);
    const away = new UnreachableError('http://127.0.0.1:1', new Error('gone'));
    expect(await rejection(failing(away))).to.equal(away);
  });

  it('comes with few requests at a time, in the order of the items', async () => {
    let open = 0;
    let most = 0;
    const results = await eachOf([5, 1, 3, 2, 4, 0], async (item) => {
      open += 1;
      most = Math.max(most, open);
      for (let turn = 0; turn < item; turn += 1) await Promise.resolve();
      open -= 1;
      return item * 10;
    });
    expect(results).to.deep.equal([50, 10, 30, 20, 40, 0]);
    expect(most).to.equal(4);
  });

  it('of an agent is what concerns its services, itself, or the whole host', () => {
    const scope = { serviceIds: new Set(['pump1-corerl']), agent: 'pump1', query: {} };
    expect(concerns(scope, { service_id: 'pump1-corerl' })).to.equal(true);
    expect(concerns(scope, { agent_id: 'pump1' })).to.equal(true);
    expect(concerns(scope, {})).to.equal(true);
    expect(concerns(scope, { service_id: 'pump2-corerl', agent_id: 'pump2' })).to.equal(false);
    expect(concerns(scope, { agent_id: 'pump2' })).to.equal(false);
    expect(concerns({ serviceIds: null, agent: null, query: {} }, { agent_id: 'pump2' })).to.equal(true);
  });

  it('has the versions that ran one after the other, within the range', () => {
    const launches = [
      launchOf(6, { version: '2.0.0', ended_at: null }),
      launchOf(5, { version: '2.0.0' }),
      launchOf(4),
      launchOf(1, { launched_at: at(-9), ended_at: at(-8) }),
    ];
    const found = versionsOf(launches, RANGE).map(({ version, from, to, launches: count }) => [
      version,
      from,
      to,
      count,
    ]);
    expect(found).to.deep.equal([
      ['1.0.0', at(4), at(5), 1],
      ['2.0.0', at(5), null, 2],
    ]);
    const page = { service_id: 'pump1-corerl', launches, next: null, comparison: null };
    const [all] = ranVersions(new Map([['pump1-corerl', { type: 'read', value: page }]]), null, RANGE);
    expect(all).to.include({ serviceId: 'pump1-corerl', forgotten: 0 });
  });

  it('has what followed a crash, up to the next one, and why it happened', async () => {
    const step = (seq: number, type: string, why: string | null = null): object => {
      return { seq, at: at(seq), type, sentence: `step ${seq}`, why };
    };
    const steps = [
      step(5, 'process.exited', 'the next crash'),
      step(4, 'process.launched'),
      step(3, 'service.state_changed'),
      step(2, 'process.exited', 'it ran out of memory'),
    ];
    const client = {
      listEvents: () => Promise.reject(new Error('not asked')),
      getServiceHistory: () => Promise.resolve({ service_id: 'pump1-corerl', initially: {}, steps, next: null }),
    };
    const ends = { items: [exitOf(2)] as readonly DescribedEventView[], omitted: 0, isPartial: false };
    // Only what is read of the answer is in it.
    const { items } = await readCrashes(client as never, ends, new Map(), RANGE, never);
    expect(items[0]).to.include({ why: 'it ran out of memory', launch: null, generation: 2 });
    const after = items[0]?.consequences;
    expect(after?.type === 'read' ? after.value.map(({ sentence }) => sentence) : null).to.deep.equal([
      'step 3',
      'step 4',
    ]);
  });
});
