import { expect } from 'chai';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EventView } from '../../../lib/api/schemas/event.ts';
import type { ExplainView } from '../../../lib/api/schemas/explain.ts';
import type { HealthView } from '../../../lib/api/schemas/host.ts';
import { causeOfRow } from '../../../lib/model/causes.ts';
import { BuiltHost, install } from '../../support/built/built-host.ts';
import { eventually } from '../../support/eventually.ts';
import { KeptState, type KeptActor, type KeptFact } from '../../support/store/kept-state.ts';

/** Longer than the waits of the fixture that are to be over, and shorter than all others. */
const DEAD_FOR_MS = 60_000;
const COMES_TO_REST_MS = 20_000;

/**
 * What becomes of a kept service by itself, and of its process: `same` is the very process that the fixture brought along, of the same
 * generation; a number is the generation of a new one; `none` is no process.
 */
type Expectation = readonly [kept: string, becomes: string, process: 'same' | 'none' | number];

const KILLED: Readonly<Record<string, Expectation>> = {
  idle: ['stopped.idle', 'stopped.idle', 'none'],
  'never-started': ['stopped.idle', 'stopped.idle', 'none'],
  'halted1-worker': ['stopped.idle', 'stopped.idle', 'none'],
  completed: ['stopped.completed', 'stopped.completed', 'none'],
  resolving: ['starting.resolving', 'running.ready', 1],
  // Its intent is revoked, for no shim has claimed it: a generation is used once.
  launching: ['starting.launching', 'running.ready', 2],
  settling: ['starting.settling', 'starting.settling', 'same'],
  probing: ['starting.probing', 'starting.probing', 'same'],
  'chain1-follower': ['starting.waiting', 'starting.waiting', 'none'],
  ready: ['running.ready', 'running.ready', 'same'],
  'fallen-back': ['running.ready', 'running.ready', 'same'],
  'found-later': ['running.ready', 'running.ready', 'same'],
  mended: ['running.ready', 'running.ready', 'same'],
  orphaned: ['running.ready', 'running.ready', 'same'],
  noisy: ['running.ready', 'running.ready', 'same'],
  'pump1-coreio': ['running.ready', 'running.ready', 'same'],
  'pump1-corerl': ['running.ready', 'running.ready', 'same'],
  'plant-io': ['running.ready', 'running.ready', 'same'],
  'pump2-corerl': ['running.ready', 'running.ready', 'same'],
  'pump3-corerl': ['running.ready', 'running.ready', 'same'],
  unready: ['running.unready', 'running.unready', 'same'],
  'chain1-slow': ['running.unready', 'running.unready', 'same'],
  // What ended while no host lived is judged now.
  ended: ['running.ready', 'running.ready', 2],
  lost: ['running.ready', 'running.ready', 2],
  rebooted: ['running.ready', 'running.ready', 2],
  // A command that its host has accepted and not given.
  'stopped-by-wish': ['running.ready', 'stopped.idle', 'none'],
  outdated: ['running.ready', 'running.ready', 2],
  terminating: ['stopping.terminating', 'stopping.terminating', 'same'],
  restarting: ['stopping.terminating', 'stopping.terminating', 'same'],
  judged: ['stopping.terminating', 'stopping.terminating', 'same'],
  'group1-first': ['stopping.terminating', 'stopping.terminating', 'same'],
  'leaving1-leaver': ['stopping.terminating', 'stopping.terminating', 'same'],
  retrying: ['stopping.retrying', 'stopping.terminating', 'same'],
  killing: ['stopping.killing', 'stopped.idle', 'none'],
  backoff: ['backoff.waiting', 'backoff.waiting', 'none'],
  'group1-second': ['backoff.waiting', 'backoff.waiting', 'none'],
  // Its second launch fails as the first did, and it has one restart.
  'backoff-due': ['backoff.waiting', 'failed.exhausted', 'none'],
  exhausted: ['failed.exhausted', 'failed.exhausted', 'none'],
  'broken1-broken': ['failed.exhausted', 'failed.exhausted', 'none'],
  'exhausted-for-good': ['failed.exhausted', 'failed.exhausted', 'none'],
  'exhausted-due': ['failed.exhausted', 'failed.exhausted', 'none'],
  missing: ['failed.missing', 'failed.missing', 'none'],
  refused: ['failed.refused', 'failed.refused', 'none'],
  // Its process is found, and its actor gets another chance.
  abandoned: ['failed.abandoned', 'running.ready', 'same'],
};

const AGENTS: Readonly<Record<string, readonly [kept: string, becomes: string]>> = {
  pump1: ['running', 'running'],
  pump2: ['running', 'running'],
  pump3: ['running', 'running'],
  chain1: ['starting', 'starting'],
  group1: ['backoff', 'backoff'],
  broken1: ['failed', 'failed'],
  halted1: ['stopped.idle', 'stopped'],
  leaving1: ['stopping.releasing', 'stopping'],
};

/** Deadlines that are as they were: the wait goes on with what was left of it. */
const KEPT_DEADLINES = [
  ...['settling', 'probing', 'terminating', 'restarting', 'judged', 'retrying', 'group1-first', 'leaving1-leaver'],
  ...['backoff', 'group1-second', 'exhausted', 'broken1-broken', 'refused'],
];

/** An event as the journal has it. */
function asFact({ seq, type, service_id, from, to, cause }: EventView): KeptFact {
  return { seq, type, service_id: service_id ?? null, from_state: from ?? null, to_state: to ?? null, cause };
}

describe('a host of today on what a host of 0.1.0 has left behind', function () {
  this.timeout(120_000);
  let kept: KeptState;
  let rows: ReadonlyMap<string, KeptActor>;
  let host: BuiltHost;

  before(function () {
    if (process.platform !== 'linux') this.skip(); // the fixture has native shims
  });

  async function comeBack(scenario: string): Promise<void> {
    kept = await KeptState.load(scenario, DEAD_FOR_MS);
    rows = await kept.actors();
    host = await BuiltHost.start(kept.basePath, '--state-dir', kept.stateDir);
  }

  afterEach(async () => {
    await host.end('SIGKILL');
    await kept.end();
  });

  /** The service is in a state, with the process that it should have. */
  async function expectService(id: string, [, becomes, process]: Expectation): Promise<void> {
    const { state, substate, pid, generation, adopted } = await host.service(id);
    expect(`${state}.${substate ?? ''}`, id).to.equal(becomes);
    if (process === 'none') expect(pid, id).to.equal(null);
    else if (process === 'same') {
      expect({ pid, generation }, id).to.deep.equal(kept.live.get(id));
      if (state !== 'stopping') expect(adopted, id).to.equal(true); // what is on its way down is only ended
    } else expect({ generation, adopted }, id).to.deep.equal({ generation: process, adopted: false });
  }

  const comesTo = (id: string, becomes: string, process: Expectation[2]): Promise<void> =>
    eventually(() => expectService(id, ['', becomes, process]), COMES_TO_REST_MS, 50);

  async function expectAll(expectations: Readonly<Record<string, Expectation>>): Promise<void> {
    for (const [id, [was]] of Object.entries(expectations)) expect(rows.get(`service:${id}`)?.leaf, id).to.equal(was);
    for (const [id, [, becomes, process]] of Object.entries(expectations)) await comesTo(id, becomes, process);
  }

  /** Nobody was set aside, and nothing is said to be wrong. */
  async function expectHealth(): Promise<void> {
    expect(await kept.quarantined()).to.deep.equal([]);
    const { status, reasons } = (await host.request('GET', '/api/healthcheck')).body as HealthView; // contract 3.1
    expect({ status, reasons: reasons ?? [] }).to.deep.equal({ status: 'healthy', reasons: [] });
    expect((await host.history()).filter(({ type }) => type === 'process.orphan')).to.deep.equal([]);
  }

  it('has every leaf state of 0.1.0 to come back from', async () => {
    await comeBack('killed');
    const leaves = [...rows].filter(([path]) => path.startsWith('service:')).map(([, { leaf }]) => leaf);
    expect(Object.keys(KILLED).map((id) => `service:${id}`)).to.have.members(
      [...rows.keys()].filter((path) => path.startsWith('service:')),
    );
    expect([...new Set(leaves), 'stopped.drained', 'stopping.draining']).to.have.members([
      ...['stopped.idle', 'stopped.completed', 'stopped.drained'],
      ...['starting.waiting', 'starting.resolving', 'starting.launching', 'starting.settling', 'starting.probing'],
      ...['running.ready', 'running.unready'],
      ...['stopping.terminating', 'stopping.killing', 'stopping.retrying', 'stopping.draining'],
      ...['backoff.waiting', 'failed.exhausted', 'failed.missing', 'failed.refused', 'failed.abandoned'],
    ]);
  });

  it('brings every actor back to where it was, with the same processes and what was left of each wait', async () => {
    await comeBack('killed');
    await expectAll(KILLED);
    for (const [id, [was, becomes]] of Object.entries(AGENTS)) {
      expect(rows.get(`agent:${id}`)?.leaf, id).to.equal(was);
      expect(await host.agentState(id), id).to.equal(becomes);
    }
    for (const id of KEPT_DEADLINES) {
      const at = rows.get(`service:${id}`)?.deadlineAt ?? NaN;
      expect((await host.service(id)).next?.at, id).to.equal(new Date(at).toISOString());
    }
    await expectHealth();
    for (const { id, pid, revision, running_revision } of await host.services()) {
      if (pid !== null) expect(running_revision, id).to.equal(revision); // a newer host would have launched the same
    }
    expect((await host.service('orphaned')).guarantees.exact_exit).to.equal(false);
    expect((await host.service('fallen-back')).reason).to.contain('2.0.0');
    expect((await host.service('ended')).last_exit).to.include({ generation: 1, signal: 'SIGKILL', class: 'signal' });
    expect((await host.service('lost')).last_exit).to.include({ generation: 1, class: 'lost' });
    expect((await host.service('backoff-due')).restarts).to.equal(1);
  });

  it('goes on from there when what was waited for happens', async () => {
    await comeBack('killed');
    await expectAll(KILLED);
    for (const name of ['go-probing', 'go-unready', 'go-slow']) writeFileSync(join(kept.basePath, name), '');
    for (const id of ['probing', 'unready', 'chain1-slow']) await comesTo(id, 'running.ready', 'same');
    await comesTo('chain1-follower', 'running.ready', 1);
    expect(await host.agentState('chain1')).to.equal('running');

    for (const id of ['terminating', 'restarting', 'judged', 'retrying', 'group1-first', 'leaving1-leaver']) {
      process.kill(kept.live.get(id)!.pid, 'SIGKILL');
    }
    for (const id of ['terminating', 'retrying', 'leaving1-leaver']) await comesTo(id, 'stopped.idle', 'none');
    for (const id of ['restarting', 'group1-first']) await comesTo(id, 'running.ready', 2);
    await comesTo('judged', 'backoff.waiting', 'none');
    expect((await host.service('judged')).last_exit).to.include({ class: 'probe' });
    await eventually(async () => {
      expect(await host.agentState('leaving1')).to.equal('stopped');
    });

    install(kept.basePath, 'waits', 'nowhere-1.0.0');
    install(kept.basePath, 'waits', 'uninterpreted-1.0.0');
    await comesTo('missing', 'running.ready', 1);
    await comesTo('refused', 'running.ready', 2);
    for (const id of ['backoff', 'settling', 'ready', 'abandoned']) {
      expect((await host.request('POST', `/api/services/${id}/stop`)).status).to.equal(200);
      await comesTo(id, 'stopped.idle', 'none');
    }
    for (const id of ['idle', 'never-started', 'completed']) {
      expect((await host.request('POST', `/api/services/${id}/start`)).status).to.equal(200);
    }
    await comesTo('idle', 'running.ready', 2);
    await comesTo('never-started', 'running.ready', 1);
    await eventually(async () => {
      expect(await host.service('completed')).to.include({ state: 'stopped', substate: 'completed', generation: 2 });
    });
  });

  it('can still read and explain the journal of 0.1.0, and the output of its launches', async () => {
    kept = await KeptState.load('killed', DEAD_FOR_MS);
    const old = await kept.journal();
    host = await BuiltHost.start(kept.basePath, '--state-dir', kept.stateDir);
    const told = await host.history();
    // Each row as it was written, with its cause in the words of today.
    const inWords = old.map((fact) => ({ ...fact, cause: causeOfRow(fact.cause) }));
    expect(told.slice(0, old.length).map(asFact)).to.deep.equal(inWords);
    expect(inWords.map(({ cause }) => cause)).not.to.include('unknown');
    const causes = new Set(old.map(({ cause }) => cause));
    for (const cause of [
      'host.resume',
      'deadline',
      'starting.resolving.done',
      'failed.missing.done',
      'supervisor.park',
    ]) {
      expect(causes, 'the fixture').to.include(cause);
    }
    for (const id of Object.keys(KILLED)) {
      const { body } = await host.request('GET', `/api/services/${id}/history?limit=1000`);
      const { steps } = body as { steps: { seq: number; type: string; sentence: string; why: string | null }[] };
      const changes = old.filter(({ service_id, type }) => service_id === id && type === 'service.state_changed');
      for (const { seq, cause } of changes) {
        const step = steps.find((one) => one.seq === seq);
        expect(step?.sentence, `${id} ${seq}`).to.be.a('string').that.includes(id);
        expect(step?.why, `${id} ${seq}, caused by ${cause}`).to.be.a('string');
      }
      const explained = (await host.request('GET', `/api/services/${id}/explain`)).body as ExplainView; // contract 3.2
      expect(explained.summary, id).to.contain(id);
      expect(
        explained.causes.map(({ seq }) => seq),
        id,
      ).to.not.be.empty;
    }
    const log = await host.request('GET', '/api/services/noisy/logs?tail=2');
    expect(log.body).to.equal('line 7999 of this output\nline 8000 of this output\n');
    expect((await host.request('GET', '/api/services/idle/logs?tail=1')).body).to.equal('up\n');
  });

  it('launches again what was taken down when the host before was killed in the midst of that', async () => {
    await comeBack('drained');
    const drained: Expectation = ['stopped.drained', 'running.ready', 2];
    const draining: Expectation = ['stopping.draining', 'stopping.terminating', 'same'];
    await expectAll({ drained, 'drained1-worker': drained, draining, 'draining1-leaver': draining });
    expect([...rows].filter(([path]) => path.startsWith('agent:')).map(([, { leaf }]) => leaf)).to.deep.equal([
      'stopped.drained',
      'stopping.draining',
    ]);
    for (const id of ['draining', 'draining1-leaver']) {
      process.kill(kept.live.get(id)!.pid, 'SIGKILL');
      await comesTo(id, 'running.ready', 2);
    }
    for (const id of ['drained1', 'draining1']) {
      await eventually(async () => {
        expect(await host.agentState(id)).to.equal('running');
      });
    }
    await expectHealth();
  });

  it('adopts a process that had just been launched when the host before died', async () => {
    await comeBack('claimed');
    await expectAll({ claimed: ['starting.launching', 'running.ready', 'same'] });
    await expectHealth();
  });
});
