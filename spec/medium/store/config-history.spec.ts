import { expect } from 'chai';

import type { AppliedConfiguration } from '../../../lib/model/configuration/applied.ts';
import type { ActorStore, ConfigHistory, ConfigurationDraft } from '../../../lib/ports/actor-store.ts';
import { eventually } from '../../support/eventually.ts';
import { memoryStore } from '../../support/store/memory-store.ts';
import { closeStores, openedStore } from '../../support/store/opened-store.ts';
import { agentIntention, intentionCommit, serviceSpec } from '../../support/store/store-contract.ts';

const HOST: AppliedConfiguration = { document: { kinds: { a: { args: ["it's"] } } }, services: [serviceSpec('t')] };
const AGENT: AppliedConfiguration = { plan: agentIntention('pump1').plan };
const IO: AppliedConfiguration = { spec: serviceSpec('io') };

function draft(
  subject: ConfigurationDraft['subject'],
  revision: string,
  more: Partial<ConfigurationDraft> = {},
): ConfigurationDraft {
  const content = subject === 'host' ? HOST : subject.startsWith('agent:') ? AGENT : IO;
  return { at: 1_700_000_000_000, subject, revision, actor: null, correlationId: null, content, ...more };
}

interface Subject {
  readonly store: ActorStore;
  readonly history: ConfigHistory;
}

async function inSqlite(): Promise<Subject> {
  const { actors, configurations } = await openedStore();
  return { store: actors, history: configurations };
}

function inMemory(): Subject {
  const store = memoryStore();
  return { store, history: store.configurations };
}

const EVERYTHING = Number.MAX_SAFE_INTEGER;

for (const [where, open] of [
  ['in SQLite', inSqlite],
  ['in memory', inMemory],
] as const) {
  describe(`the applied configurations ${where}`, () => {
    afterEach(closeStores);
    let subject: Subject;

    beforeEach(async () => {
      subject = await open();
    });

    async function apply(...configurations: readonly ConfigurationDraft[]): Promise<void> {
      await subject.store.commitIntentions(intentionCommit({ configurations }));
    }

    it('are returned as they were written, with growing numbers', async () => {
      const anna = { actor: 'anna', correlationId: 'r-1' };
      await apply(draft('host', 'h1', anna), draft('agent:pump1', 'a1'), draft('service:io', 's1'));
      const [one, two, three] = await Promise.all([1, 2, 3].map((number) => subject.history.one(number)));
      expect(one).to.deep.equal({ number: 1, ...draft('host', 'h1', anna) });
      expect(two).to.deep.equal({ number: 2, ...draft('agent:pump1', 'a1') });
      expect(three).to.deep.equal({ number: 3, ...draft('service:io', 's1') });
      expect(await subject.history.one(4)).to.equal(null);
    });

    it('leave out one that equals the newest of its subject, but not one that comes back', async () => {
      await apply(draft('host', 'h1'), draft('agent:pump1', 'a1'));
      await apply(draft('host', 'h1'), draft('agent:pump1', 'a2'));
      await apply(draft('agent:pump1', 'a1'));
      const page = await subject.history.page({}, EVERYTHING, 9);
      expect(page.map(({ number, subject: of, revision }) => [number, of, revision])).to.deep.equal([
        [4, 'agent:pump1', 'a1'],
        [3, 'agent:pump1', 'a2'],
        [2, 'agent:pump1', 'a1'],
        [1, 'host', 'h1'],
      ]);
      expect(page[0]).not.to.have.property('content');
      expect([...(await subject.history.current())].sort()).to.deep.equal([
        ['agent:pump1', 'a1'],
        ['host', 'h1'],
      ]);
    });

    it('are found by subject and by kind of subject, page by page', async () => {
      await apply(draft('host', 'h1'), draft('agent:a', '1'), draft('agent:b', '2'), draft('service:a', '3'));
      const numbers = async (...query: Parameters<ConfigHistory['page']>): Promise<readonly number[]> =>
        (await subject.history.page(...query)).map(({ number }) => number);
      expect(await numbers({}, EVERYTHING, 2)).to.deep.equal([4, 3]);
      expect(await numbers({}, 3, 9)).to.deep.equal([2, 1]);
      expect(await numbers({ subject: 'agent:a' }, EVERYTHING, 9)).to.deep.equal([2]);
      expect(await numbers({ kind: 'agent' }, EVERYTHING, 9)).to.deep.equal([3, 2]);
      expect(await numbers({ kind: 'host' }, EVERYTHING, 9)).to.deep.equal([1]);
      expect(await numbers({ kind: 'service', subject: 'agent:a' }, EVERYTHING, 9)).to.deep.equal([]);
    });

    it('know the one before a number, and what the newest command applied', async () => {
      expect(await subject.history.lastApplied()).to.deep.equal([]);
      await apply(draft('agent:a', '1'));
      await apply(draft('host', 'h1', { correlationId: 'r' }), draft('agent:a', '2', { correlationId: 'r' }));
      expect((await subject.history.newestOf('agent:a', EVERYTHING))?.number).to.equal(3);
      expect((await subject.history.newestOf('agent:a', 3))?.number).to.equal(1);
      expect(await subject.history.newestOf('agent:a', 1)).to.equal(null);
      expect(await subject.history.lastApplied()).to.deep.equal([2, 3]);
      await apply(draft('agent:a', '3', { at: 1_700_000_000_001 }));
      expect(await subject.history.lastApplied()).to.deep.equal([4]);
    });
  });
}

describe('the applied configurations in SQLite', () => {
  afterEach(closeStores);

  it('are deleted beyond the newest of each subject, and beyond those of all', async () => {
    const { actors, configurations } = await openedStore({ retention: { configurations: 2, allConfigurations: 5 } });
    const apply = (subject: ConfigurationDraft['subject'], revision: string): Promise<void> =>
      actors.commitIntentions(intentionCommit({ configurations: [draft(subject, revision)] }));
    for (const revision of ['1', '2', '3']) await apply('host', revision);
    await apply('agent:a', '1');
    const numbers = async (): Promise<readonly number[]> =>
      (await configurations.page({}, EVERYTHING, 99)).map(({ number }) => number);
    await eventually(async () => {
      expect(await numbers()).to.deep.equal([4, 3, 2]);
    });
    for (const agent of ['b', 'c', 'd', 'e'] as const) await apply(`agent:${agent}`, '1');
    await eventually(async () => {
      expect(await numbers()).to.deep.equal([8, 7, 6, 5, 4]);
    });
  });

  it('survive that the store is closed, and are read by a schema that knows what earlier versions wrote', async () => {
    const first = await openedStore();
    await first.actors.commitIntentions(intentionCommit({ configurations: [draft('agent:pump1', '1')] }));
    await first.close();
    const { configurations } = await openedStore({ file: first.file });
    expect((await configurations.one(1))?.content).to.deep.equal(AGENT);
  });
});
