import { expect } from 'chai';
import type { Launch, ProcessExit } from '../../../lib/model/process.ts';
import { parseServiceId, type LaunchId, type ServiceId } from '../../../lib/model/values/ids.ts';
import type { LaunchRequest, ProcessHost } from '../../../lib/ports/process-host.ts';
import { eventually } from '../eventually.ts';
import { launchedBy } from './launched-by.ts';

/** A launch that an earlier host has intended, and not asked for before it died. */
export interface Intended {
  readonly launchId: LaunchId;
  /** What that host asked for arrives after all. Resolves when that has come to an end. */
  arrive(): Promise<'ran' | 'refused'>;
}

/** What outlives a host: its ledger, and its processes. */
export interface Reopening {
  /**
   * Opens a further host for the same processes, which has surveyed nothing yet. `lost`: its ledger is empty, as after the
   * loss of the database. Hosts that are open stay open.
   */
  reopen(ledger?: 'same' | 'lost'): Promise<ProcessHost>;
  /** Closes a host, as in an orderly shutdown; the harness does so with those that are open in the end. */
  close(host: ProcessHost): Promise<void>;
  /** Enters a launch of generation 1 into the ledger, as a host does that dies next. */
  intend(serviceId: ServiceId): Intended;
}

/** The part of a harness that this needs. */
interface ReopenedHarness {
  readonly host: ProcessHost;
  readonly timeoutMs: number;
  readonly reopening: Reopening | null;
  isIdentity(launch: Launch): boolean;
  request(serviceId: ServiceId, generation: number): LaunchRequest;
  exit(launch: Launch, code: number): void;
}

const PUMP = parseServiceId('pump');
const STOP = { signal: 'SIGTERM', graceMs: 5_000 } as const;

/** What every process host promises about what hosts before it, or others, have done. */
export function describeReopening(harnessOf: () => ReopenedHarness): void {
  describe('whose processes outlive it', () => {
    let harness: ReopenedHarness;
    let reopening: Reopening;

    beforeEach(() => {
      harness = harnessOf();
      if (harness.reopening === null) throw new Error('The processes of this host do not outlive it.');
      reopening = harness.reopening;
    });

    /** A live launch whose host was closed. */
    async function left(): Promise<Launch> {
      const launch = launchedBy(await harness.host.launch(harness.request(PUMP, 1)));
      await reopening.close(harness.host);
      expect(harness.isIdentity(launch), 'closing touches nothing').to.equal(true);
      return launch;
    }

    function exitOf(host: ProcessHost, { launchId }: Launch): Promise<ProcessExit> {
      return new Promise((exited) => host.observe(launchId, { exited }));
    }

    it('adopts what is alive, as the same launch, and notices its end', async () => {
      const { launchId, generation, startTime, pid, place } = await left();
      const second = await reopening.reopen();
      const status = (await second.survey()).get(PUMP);
      const adopted = status?.status === 'alive' ? status.launch : null;
      expect(adopted).to.include({ launchId, generation, startTime, pid, place });
      expect(second.live()).to.deep.equal([adopted]);
      expect(second.orphans()).to.be.empty;
      const exit = exitOf(second, adopted!);
      harness.exit(adopted!, 5);
      expect(await exit).to.include({ code: 5, signal: null, isKnown: true });
    });

    it('knows the exit that came while no host was there', async () => {
      const launch = await left();
      harness.exit(launch, 6);
      await eventually(() => expect(harness.isIdentity(launch)).to.equal(false), harness.timeoutMs);
      const second = await reopening.reopen();
      await second.survey();
      const { launchId } = launch;
      // What ends the process may write that down after its end.
      const status = await eventually(() => {
        const found = second.status(PUMP);
        expect(found).to.deep.include({ status: 'exited', generation: 1, launchId });
        return found;
      }, harness.timeoutMs);
      expect(status?.status === 'exited' && status.exit).to.include({ code: 6, signal: null, isKnown: true });
      expect(await exitOf(second, launch)).to.include({ code: 6, isKnown: true });
      expect(launchedBy(await second.launch(harness.request(PUMP, 2)))).to.include({ generation: 2 });
    });

    it('stops what it has adopted', async () => {
      const launch = await left();
      const second = await reopening.reopen();
      await second.survey();
      expect(await second.stop(PUMP, STOP)).to.include({ signal: 'SIGTERM', isKnown: true });
      expect(harness.isIdentity(launch)).to.equal(false);
    });

    it('completes a stop in which a host was closed', async () => {
      const launch = launchedBy(await harness.host.launch(harness.request(PUMP, 1)));
      void harness.host.stop(PUMP, STOP).catch(() => undefined);
      await reopening.close(harness.host);
      const second = await reopening.reopen();
      await second.survey();
      await second.stop(PUMP, STOP);
      expect(harness.isIdentity(launch)).to.equal(false);
      expect(second.status(PUMP)).to.deep.include({ status: 'exited', launchId: launch.launchId });
      expect(launchedBy(await second.launch(harness.request(PUMP, 2)))).to.include({ generation: 2 });
    });

    it('revokes an intent that was not carried out, which then never runs however late it arrives', async () => {
      const late = reopening.intend(PUMP);
      const second = await reopening.reopen();
      const status = (await second.survey()).get(PUMP);
      expect(status).to.deep.equal({ status: 'revoked', generation: 1, launchId: late.launchId });
      expect(await late.arrive()).to.equal('refused');
      expect(second.live()).to.be.empty;
      const next = launchedBy(await second.launch(harness.request(PUMP, 2)));
      expect(second.live()).to.deep.equal([next]);
    });

    it('launches a service once if two hosts do at the same moment', async () => {
      const second = await reopening.reopen();
      await second.survey();
      const hosts = [harness.host, second];
      const request = harness.request(PUMP, 1);
      const outcomes = await Promise.all(hosts.map((host) => host.launch(request)));
      const launches = outcomes.flatMap((outcome) => (outcome.type === 'launched' ? [outcome.launch] : []));
      expect(launches).to.have.length(1);
      expect(harness.isIdentity(launches[0]!)).to.equal(true);
      const refusal = outcomes.find((outcome) => outcome.type === 'refused');
      expect(refusal?.type === 'refused' && refusal.failure.isPermanent).to.equal(false);
    });

    it('reports what the ledger does not know as an orphan, leaves it alone and launches nothing next to it', async () => {
      const launch = await left();
      const { launchId } = launch;
      const second = await reopening.reopen('lost');
      expect((await second.survey()).size).to.equal(0);
      expect(second.orphans()).to.have.length(1);
      expect(second.orphans()[0]).to.include({ launchId, serviceId: PUMP, generation: 1, fate: 'reported' });
      const outcome = await second.launch(harness.request(PUMP, 2));
      expect(outcome.type === 'refused' && outcome.failure).to.include({ code: 'ESTRAY', isPermanent: false });
      expect(harness.isIdentity(launch)).to.equal(true);
      await second.stop(PUMP, STOP);
      expect(harness.isIdentity(launch)).to.equal(false);
    });
  });
}
