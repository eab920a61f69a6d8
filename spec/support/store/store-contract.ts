import { expect } from 'chai';

import { StoreUnavailableError } from '../../../lib/model/errors.ts';
import type { IdempotencyRecord } from '../../../lib/model/idempotency.ts';
import type { AgentIntention, ServiceIntention } from '../../../lib/model/intention.ts';
import type { JournalEntry, JournalQuery } from '../../../lib/model/journal.ts';
import { NO_PROBES } from '../../../lib/model/probe.ts';
import type { AgentPlan, ServiceSpec } from '../../../lib/model/spec.ts';
import { parseAgentId, parseServiceId } from '../../../lib/model/values/ids.ts';
import type { ActorCommit, ActorRow, ActorStore, IntentionCommit } from '../../../lib/ports/actor-store.ts';

/** A valid row for the actor `path`. */
export function actorRow(path: string, overrides: Partial<ActorRow> = {}): ActorRow {
  const base = { id: path, parent: 'root', src: 'service', systemId: path, version: '1', state: 'running' };
  return { path, ...base, snapshot: `{"value":"running","context":{"id":"${path}"}}`, ...overrides };
}

/** An event with the number `seq`. */
export function journalEntry(seq: number, overrides: Partial<JournalEntry> = {}): JournalEntry {
  return {
    ...{ seq, at: 1_700_000_000_000 + seq, type: 'service.state_changed', agentId: 'pump1', serviceId: 'pump1-corerl' },
    ...{ from: 'starting', to: 'running', cause: 'deadline' as const, correlationId: null, detail: { n: seq } },
    ...overrides,
  };
}

/** A spec with every field set. */
export function serviceSpec(id: string): ServiceSpec {
  return {
    ...{ id: parseServiceId(id), kind: 'corerl', agentId: parseAgentId('pump1'), configPath: '/etc/pump1.yaml' },
    ...{ executable: 'corerl', version: '^1.2.0', args: ['--config-name', '/etc/pump1.yaml'], env: { PORT: '7100' } },
    restart: {
      mode: 'always',
      backoff: { initialMs: 250, factor: 2, maxMs: 30_000, jitter: 0.2, resetAfterMs: 60_000 },
      intensity: { maxRestarts: 3, periodMs: 60_000 },
      recoverAfterMs: null,
      successExitCodes: [0, 3],
    },
    ...{ cwd: null, settleMs: 200, stop: { signal: 'SIGTERM', graceMs: 5_000 } },
    probes: NO_PROBES,
    dependsOn: [{ serviceId: parseServiceId('pump1-coreio'), condition: 'started' }],
    logs: { maxBytes: 1024 * 1024, keep: 3 },
    output: 'merged',
    limits: { openFiles: 4_096, processes: 'unlimited', coreSize: 0, addressSpace: 512 * 1024 * 1024 },
    pod: null,
    ...{ user: 'svc', group: '4711' },
  };
}

/** The intention that the agent `id` is running. */
export function agentIntention(id: string, overrides: Partial<AgentIntention> = {}): AgentIntention {
  const services = [serviceSpec(`${id}-coreio`), serviceSpec(`${id}-corerl`)];
  const plan: AgentPlan = {
    ...{ id: parseAgentId(id), type: 'default', configPath: `/etc/${id}.yaml`, services },
    ...{ strategy: 'one_for_one', asked: { agentType: null, coreioId: null } },
  };
  return { subject: `agent:${id}`, intended: 'running', plan, ...overrides };
}

/** The intention that the service `id` is running. */
export function serviceIntention(id: string, overrides: Partial<ServiceIntention> = {}): ServiceIntention {
  return {
    subject: `service:${id}`,
    intended: 'running',
    holder: 'io',
    spec: serviceSpec(id),
    atLeast: 0,
    ...overrides,
  };
}

/** A commit of actors; omitted fields are empty. */
export function actorCommit(commit: Partial<ActorCommit>): ActorCommit {
  return { upserts: [], removals: [], journal: [], updatedAt: 1_700_000_000_000, ...commit };
}

/** A commit of intentions; omitted fields are empty. */
export function intentionCommit(commit: Partial<IntentionCommit>): IntentionCommit {
  return { put: [], drop: [], journal: [], ...commit };
}

/** Expects a promise to reject with StoreUnavailableError and returns the error. */
export async function expectUnavailable(promise: Promise<unknown>): Promise<StoreUnavailableError> {
  const outcome: unknown = await promise.then(
    () => 'resolved',
    (error: unknown) => error,
  );
  expect(outcome).to.be.instanceOf(StoreUnavailableError);
  return outcome as StoreUnavailableError; // checked above
}

/** The contract of every ActorStore; `open` creates a new, empty one for each test. */
export function describeActorStore(name: string, open: () => Promise<ActorStore>): void {
  describe(`${name} as an ActorStore`, () => {
    let store: ActorStore;
    beforeEach(async () => {
      store = await open();
    });

    it('is empty when new', async () => {
      expect(await store.loadActors()).to.deep.equal([]);
      expect(await store.loadIntentions()).to.deep.equal([]);
      expect(await store.lastSeq()).to.equal(0);
      expect(await store.history({ after: 0, limit: 10 })).to.deep.equal([]);
      await store.probe();
    });

    describeActors(() => store);
    describeIntentions(() => store);
    describeJournal(() => store);
    describeIdempotencyRecords(() => store);
  });
}

function describeActors(store: () => ActorStore): void {
  const paths = async (): Promise<string[]> => (await store().loadActors()).map((row) => row.path);

  it('returns every field of an actor as it was written', async () => {
    const root = actorRow('root', { parent: null, systemId: null, snapshot: '{"text":"a \\" \u00fc \\u0000 ☃"}' });
    await store().commitActors(actorCommit({ upserts: [root, actorRow('service:a')] }));
    expect(await store().loadActors()).to.deep.equal([root, actorRow('service:a')]);
  });

  it('returns any text as it was written, whatever it means to SQL', async () => {
    const texts = ["it's; COMMIT;\n--", '?1 $& %s', 'before \0 after', "\0'\0", '', '\u2028 ☃ 𝕏'];
    const rows = texts.map((state, index) => actorRow(`service:${index}`, { state }));
    for (const row of rows.slice(0, 2)) await store().commitActors(actorCommit({ upserts: [row] }));
    await store().commitActors(actorCommit({ upserts: rows.slice(2), journal: [journalEntry(1)] }));
    expect(await store().loadActors()).to.deep.equal(rows);
  });

  it('loads actors in the order of their first insertion, regardless of updates', async () => {
    await store().commitActors(actorCommit({ upserts: [actorRow('z'), actorRow('m'), actorRow('a')] }));
    await store().commitActors(actorCommit({ upserts: [actorRow('z', { state: 'failed' })] }));
    await store().commitActors(actorCommit({ upserts: [actorRow('b')] }));
    expect(await paths()).to.deep.equal(['z', 'm', 'a', 'b']);
    expect((await store().loadActors())[0]).to.include({ path: 'z', state: 'failed' });
  });

  it('removes actors by their exact path', async () => {
    await store().commitActors(actorCommit({ upserts: [actorRow('a'), actorRow('a_b'), actorRow('a%')] }));
    await store().commitActors(actorCommit({ removals: ['a', 'a%', 'unknown'] }));
    expect(await paths()).to.deep.equal(['a_b']);
  });

  it('treats a path that is removed and inserted in one commit as a new actor', async () => {
    await store().commitActors(actorCommit({ upserts: [actorRow('a'), actorRow('b')] }));
    await store().commitActors(actorCommit({ removals: ['a'], upserts: [actorRow('a', { state: 'starting' })] }));
    expect(await paths()).to.deep.equal(['b', 'a']);
    expect((await store().loadActors())[1]).to.include({ state: 'starting' });
  });

  it('keeps the last of two rows with the same path in one commit', async () => {
    const upserts = [actorRow('a', { state: 'starting' }), actorRow('a', { state: 'running' })];
    await store().commitActors(actorCommit({ upserts }));
    expect(await store().loadActors()).to.deep.equal([upserts[1]]);
  });

  it('removes a quarantined row from the actors, but not a newer row with the same path', async () => {
    const bad = actorRow('bad', { snapshot: '{"value":' });
    await store().commitActors(actorCommit({ upserts: [bad, actorRow('good'), actorRow('new')] }));
    const outdated = actorRow('new', { snapshot: '{"value":"gone"}' });
    const reason = 'the snapshot is not JSON';
    await store().quarantine(
      [
        { row: bad, reason },
        { row: outdated, reason },
      ],
      5,
    );
    expect(await paths()).to.deep.equal(['good', 'new']);
  });

  it('applies commits made without waiting in the order of the calls', async () => {
    const states = Array.from({ length: 50 }, (_, n) => `s${n}`);
    await Promise.all(
      states.map((state, n) =>
        store().commitActors(
          n % 7 === 3 ? actorCommit({ removals: ['a'] }) : actorCommit({ upserts: [actorRow('a', { state })] }),
        ),
      ),
    );
    expect(await store().loadActors()).to.deep.equal([actorRow('a', { state: 's49' })]);
  });

  it('is not affected by changes to a commit after the call', async () => {
    const row = { ...actorRow('a') };
    const upserts = [row];
    const done = store().commitActors(actorCommit({ upserts }));
    row.state = 'changed';
    upserts.push({ ...actorRow('b') });
    await done;
    expect(await store().loadActors()).to.deep.equal([actorRow('a')]);
  });
}

function describeIntentions(store: () => ActorStore): void {
  it('returns intentions of agents and services as they were written, in the order of their first insertion', async () => {
    const deleted = agentIntention('pump1', { intended: 'stopped', isDeleted: true });
    const intentions = [agentIntention('pump2'), serviceIntention('shared-io'), deleted];
    await store().commitIntentions(intentionCommit({ put: intentions }));
    const stopped = serviceIntention('shared-io', { intended: 'stopped', holder: null, atLeast: 4 });
    await store().commitIntentions(intentionCommit({ put: [agentIntention('pump0')] }));
    await store().commitIntentions(intentionCommit({ put: [stopped] }));
    expect(await store().loadIntentions()).to.deep.equal([
      intentions[0],
      stopped,
      intentions[2],
      agentIntention('pump0'),
    ]);
  });

  it('returns the pins of versions after all others, and deletes them by their subject alone', async () => {
    const pin = { version: '1.9.0', since: 1_700_000_000_000, actor: 'anna' };
    const put = [{ subject: 'pin:a', pin } as const, serviceIntention('a'), { subject: 'pin:b', pin } as const];
    await store().commitIntentions(intentionCommit({ put }));
    const other = { subject: 'pin:a', pin: { ...pin, version: '1.8.0', actor: null } } as const;
    await store().commitIntentions(intentionCommit({ put: [other], drop: ['pin:b', 'service:b'] }));
    const kept = await store().loadIntentions();
    expect(kept)
      .to.have.lengthOf(2)
      .and.to.deep.include.members([other, serviceIntention('a')]);
  });

  it('deletes dropped intentions; one that is inserted again is a new one', async () => {
    await store().commitIntentions(
      intentionCommit({ put: [agentIntention('a'), agentIntention('b'), agentIntention('c')] }),
    );
    await store().commitIntentions(intentionCommit({ drop: ['agent:b', 'agent:unknown'] }));
    await store().commitIntentions(intentionCommit({ drop: ['agent:a'], put: [agentIntention('a')] }));
    expect((await store().loadIntentions()).map((intention) => intention.subject)).to.deep.equal([
      'agent:c',
      'agent:a',
    ]);
  });
}

function describeIdempotencyRecords(store: () => ActorStore): void {
  const answer = { status: 201, headers: { Location: '/api/agents/pump1' }, body: '{"id":"pump1 ü"}' };
  const record: IdempotencyRecord = {
    key: 'k-1',
    fingerprint: 'f',
    subject: 'agent:pump1',
    answer: null,
    at: 1_700_000_000_000,
  };

  it('stores an idempotency record together with its command, or not at all', async () => {
    await store().commitActors(actorCommit({ journal: [journalEntry(1)] }));
    await store().commitIntentions(intentionCommit({ put: [agentIntention('a')], idempotencyRecord: record }));
    const taken = { journal: [journalEntry(1)], idempotencyRecord: { ...record, key: 'k-2' } };
    await expectUnavailable(store().commitIntentions(intentionCommit(taken)));
    expect(await store().idempotencyRecord('k-1')).to.deep.equal(record);
    expect(await store().idempotencyRecord('k-2')).to.equal(null);
  });

  it('replaces an idempotency record with that of the response', async () => {
    await store().commitIntentions(intentionCommit({ idempotencyRecord: record }));
    await store().keepIdempotencyRecord({ ...record, subject: null, answer });
    await store().keepIdempotencyRecord({ ...record, key: 'k-2', answer: { status: 204, headers: {}, body: null } });
    expect(await store().idempotencyRecord('k-1')).to.deep.equal({ ...record, subject: null, answer });
    expect((await store().idempotencyRecord('k-2'))?.answer).to.deep.equal({ status: 204, headers: {}, body: null });
  });
}

function describeJournal(store: () => ActorStore): void {
  const seqs = async (query: JournalQuery): Promise<number[]> =>
    (await store().history(query)).map((entry) => entry.seq);

  it('returns every field of an event as it was written', async () => {
    const bare = { agentId: null, serviceId: null, from: null, to: null };
    const facts = [journalEntry(1, { correlationId: 'req-1', detail: { deep: { list: [1, null, 'ü'] } } })];
    facts.push(journalEntry(2, { ...bare, type: 'host.started', cause: 'host', detail: {} }));
    await store().commitActors(actorCommit({ journal: facts }));
    expect(await store().history({ after: 0, limit: 10 })).to.deep.equal(facts);
  });

  it('numbers and returns the events of actors and of intentions in one sequence, in ascending order', async () => {
    await store().commitActors(actorCommit({ journal: [journalEntry(2), journalEntry(3)] }));
    await store().commitIntentions(intentionCommit({ journal: [journalEntry(1), journalEntry(4)] }));
    expect(await seqs({ after: 0, limit: 10 })).to.deep.equal([1, 2, 3, 4]);
    expect(await store().lastSeq()).to.equal(4);
  });

  it('pages with `after` and `limit`', async () => {
    const journal = Array.from({ length: 10 }, (_, n) => journalEntry(n + 1));
    await store().commitActors(actorCommit({ journal }));
    expect(await seqs({ after: 0, limit: 4 })).to.deep.equal([1, 2, 3, 4]);
    expect(await seqs({ after: 4, limit: 4 })).to.deep.equal([5, 6, 7, 8]);
    expect(await seqs({ after: 8, limit: 4 })).to.deep.equal([9, 10]);
    expect(await seqs({ after: 10, limit: 4 })).to.deep.equal([]);
  });

  it('finds events by agent, service and type, and by all of them', async () => {
    const journal = [
      journalEntry(1, { agentId: 'a', serviceId: 'x', type: 't1' }),
      journalEntry(2, { agentId: 'a', serviceId: 'y', type: 't2' }),
      journalEntry(3, { agentId: 'b', serviceId: 'x', type: 't2' }),
      journalEntry(4, { agentId: null, serviceId: null, type: 't1' }),
      journalEntry(5, { agentId: 'a', serviceId: 'x', type: 't1' }),
    ];
    await store().commitActors(actorCommit({ journal }));
    expect(await seqs({ after: 0, limit: 9, agentId: 'a' })).to.deep.equal([1, 2, 5]);
    expect(await seqs({ after: 0, limit: 9, serviceId: 'x' })).to.deep.equal([1, 3, 5]);
    expect(await seqs({ after: 0, limit: 9, type: 't2' })).to.deep.equal([2, 3]);
    expect(await seqs({ after: 1, limit: 9, agentId: 'a', serviceId: 'x', type: 't1' })).to.deep.equal([5]);
    expect(await seqs({ after: 0, limit: 9, agentId: 'unknown' })).to.deep.equal([]);
  });

  it('reads the newest first, before an entry and after another', async () => {
    const journal = Array.from({ length: 10 }, (_, n) => journalEntry(n + 1, { type: n % 2 === 0 ? 'odd' : 'even' }));
    await store().commitActors(actorCommit({ journal }));
    const newest = { after: 0, limit: 3, order: 'newest_first' } as const;
    expect(await seqs(newest)).to.deep.equal([10, 9, 8]);
    expect(await seqs({ ...newest, before: 8 })).to.deep.equal([7, 6, 5]);
    expect(await seqs({ ...newest, before: 8, type: 'odd' })).to.deep.equal([7, 5, 3]);
    expect(await seqs({ ...newest, before: 8, after: 5 })).to.deep.equal([7, 6]);
    expect(await seqs({ after: 2, before: 5, limit: 9 })).to.deep.equal([3, 4]);
    expect(await seqs({ ...newest, before: 1 })).to.deep.equal([]);
  });

  it('finds the events of one request by its correlation id, together with the other filters', async () => {
    const journal = [
      journalEntry(1, { correlationId: 'r1', serviceId: 'x' }),
      journalEntry(2, { correlationId: 'r2', serviceId: 'x' }),
      journalEntry(3, { correlationId: null, serviceId: 'x' }),
      journalEntry(4, { correlationId: 'r1', serviceId: 'y' }),
    ];
    await store().commitActors(actorCommit({ journal }));
    expect(await seqs({ after: 0, limit: 9, correlationId: 'r1' })).to.deep.equal([1, 4]);
    expect(await seqs({ after: 0, limit: 9, correlationId: 'r1', serviceId: 'x' })).to.deep.equal([1]);
    expect(await seqs({ after: 0, limit: 9, correlationId: 'r1', order: 'newest_first' })).to.deep.equal([4, 1]);
    expect(await seqs({ after: 0, limit: 9, correlationId: 'unknown' })).to.deep.equal([]);
  });

  it('keeps who gave a command, and finds commands by that and by time', async () => {
    const anna = { actor: 'anna', address: '192.0.2.7', tool: 'cli' };
    const socket = { actor: 'socket', address: null, tool: 'curl' };
    const journal = [
      journalEntry(1, { cause: 'command', source: anna }),
      journalEntry(2, { cause: 'command', source: socket }),
      journalEntry(3, { cause: 'command' }), // by the host, or by a host that did not keep this yet
      journalEntry(4),
    ];
    await store().commitActors(actorCommit({ journal }));
    expect(await store().history({ after: 0, limit: 9 })).to.deep.equal(journal);
    expect(await seqs({ after: 0, limit: 9, command: {} })).to.deep.equal([1, 2, 3]);
    expect(await seqs({ after: 0, limit: 9, command: { actor: 'anna' } })).to.deep.equal([1]);
    expect(await seqs({ after: 0, limit: 9, command: { tool: 'curl', actor: 'socket' } })).to.deep.equal([2]);
    expect(await seqs({ after: 0, limit: 9, command: { actor: 'anna', tool: 'curl' } })).to.deep.equal([]);
    const [, second] = journal;
    expect(await seqs({ after: 0, limit: 9, command: {}, until: second!.at })).to.deep.equal([1, 2]);
    expect(await seqs({ after: 0, limit: 9, since: second!.at, until: second!.at })).to.deep.equal([2]);
  });

  it('finds the events that match a filter with several agents, services and types, page by page', async () => {
    const journal = [
      journalEntry(1, { agentId: 'a', serviceId: 'x', type: 'process.launched' }),
      journalEntry(2, { agentId: 'b', serviceId: 'y', type: 'process.exited' }),
      journalEntry(3, { agentId: null, serviceId: null, type: 'host.started' }),
      journalEntry(4, { agentId: 'c', serviceId: 'z', type: 'service.state_changed' }),
      journalEntry(5, { agentId: 'a', serviceId: 'y', type: 'processes' }),
    ];
    await store().commitActors(actorCommit({ journal }));
    const all = { agentIds: [], serviceIds: [], types: [] };
    const wanted = (filter: object, after = 0): Promise<number[]> =>
      seqs({ after, limit: 2, filter: { ...all, ...filter } });
    expect(await wanted({})).to.deep.equal([1, 2]);
    expect(await wanted({ agentIds: ['a', 'c', "d'"] })).to.deep.equal([1, 4]);
    expect(await wanted({ agentIds: ['a', 'c'] }, 4)).to.deep.equal([5]);
    expect(await wanted({ agentIds: ['a', 'b'], serviceIds: ['y'] })).to.deep.equal([2, 5]);
    expect(await wanted({ types: ['host.started', 'service.*'] })).to.deep.equal([3, 4]);
    expect(await wanted({ types: ['process.'] })).to.deep.equal([1, 2]);
    expect(await wanted({ types: ['*'] }, 3)).to.deep.equal([4, 5]);
    expect(await wanted({ types: ['process'] })).to.deep.equal([]);
    expect(await wanted({ types: ['pr_cess*', '%'] })).to.deep.equal([]);
  });

  it('returns events with the current name of their type, and finds them by that and by the old one', async () => {
    const journal = [
      journalEntry(1, { type: 'process.stray', serviceId: 'x' }),
      journalEntry(2, { type: 'process.orphan', serviceId: 'x' }),
      journalEntry(3, { type: 'process.exited', serviceId: 'x' }),
    ];
    await store().commitActors(actorCommit({ journal }));
    const found = await store().history({ after: 0, limit: 9, serviceId: 'x' });
    expect(found.map(({ type }) => type)).to.deep.equal(['process.orphan', 'process.orphan', 'process.exited']);
    for (const type of ['process.stray', 'process.orphan']) {
      expect(await seqs({ after: 0, limit: 9, type })).to.deep.equal([1, 2]);
      expect(await seqs({ after: 0, limit: 9, type, serviceId: 'x', order: 'newest_first' })).to.deep.equal([2, 1]);
    }
    const all = { agentIds: [], serviceIds: [] };
    for (const type of ['process.stray', 'process.orphan', 'process.s*', 'process.str*', 'process.o*']) {
      expect(await seqs({ after: 0, limit: 9, filter: { ...all, types: [type] } })).to.deep.equal([1, 2]);
    }
    expect(await seqs({ after: 0, limit: 9, filter: { ...all, types: ['process.*'] } })).to.deep.equal([1, 2, 3]);
    expect(await seqs({ after: 0, limit: 9, filter: { ...all, types: ['process.e*'] } })).to.deep.equal([3]);
  });

  it('finds the events since an instant', async () => {
    const journal = [journalEntry(1, { at: 10 }), journalEntry(2, { at: 30 }), journalEntry(3, { at: 20 })];
    await store().commitActors(actorCommit({ journal }));
    expect(await seqs({ after: 0, limit: 9, since: 20 })).to.deep.equal([2, 3]);
    expect(await seqs({ after: 0, limit: 1, since: 11 })).to.deep.equal([2]);
    expect(await seqs({ after: 0, limit: 9, since: 31 })).to.deep.equal([]);
  });

  it('rejects a commit whose event has a taken number, and stores nothing of it', async () => {
    await store().commitActors(actorCommit({ journal: [journalEntry(1)] }));
    const twice = [journalEntry(2), journalEntry(1)];
    await expectUnavailable(store().commitActors(actorCommit({ upserts: [actorRow('a')], journal: twice })));
    await expectUnavailable(store().commitIntentions(intentionCommit({ put: [agentIntention('a')], journal: twice })));
    expect(await seqs({ after: 0, limit: 10 })).to.deep.equal([1]);
    expect(await store().loadActors()).to.deep.equal([]);
    expect(await store().loadIntentions()).to.deep.equal([]);
  });

  it('continues after a rejected commit, and stores the adjacent commits', async () => {
    await store().commitActors(actorCommit({ journal: [journalEntry(1)] }));
    const commits = [2, 3, 1, 4, 5].map((seq) => store().commitActors(actorCommit({ journal: [journalEntry(seq)] })));
    const outcomes = await Promise.allSettled(commits);
    expect(outcomes.map((outcome) => outcome.status === 'fulfilled')).to.deep.equal([true, true, false, true, true]);
    expect(await seqs({ after: 0, limit: 10 })).to.deep.equal([1, 2, 3, 4, 5]);
  });
}
