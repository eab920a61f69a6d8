import { expect } from 'chai';
import type { Guarantees, Launch, ProcessExit } from '../../../lib/model/process.ts';
import { parseLaunchId, parseServiceId, type ServiceId } from '../../../lib/model/values/ids.ts';
import type { LaunchRequest, ProcessHost } from '../../../lib/ports/process-host.ts';
import { eventually } from '../eventually.ts';
import { launchedBy } from './launched-by.ts';
import { describeReopening, type Reopening } from './process-host-reopening.ts';

/** A process host under test, with control over its processes. */
export interface ProcessHostHarness {
  readonly host: ProcessHost;
  /** The guarantees of this kind of host; tests that need more are skipped. */
  readonly guarantees: Guarantees;
  /** How long an event may take to be noticed. */
  readonly timeoutMs: number;
  /** Null: its processes do not outlive it. */
  readonly reopening: Reopening | null;
  /** Whether the main process of a launch is alive, and is the one that its identity names. */
  isIdentity(launch: Launch): boolean;
  /** A request for a program that runs until exit() is called, and ends immediately on SIGTERM. */
  request(serviceId: ServiceId, generation: number): LaunchRequest;
  /** A request that is refused because its program does not exist. */
  requestOfNothing(serviceId: ServiceId, generation: number): LaunchRequest;
  /** Makes the program exit with a code. */
  exit(launch: Launch, code: number): void;
  /** Kills the shim of a live launch, whose program keeps running; null: no program outlives its shim. */
  readonly loseShim: ((launch: Launch) => void) | null;
  /** Kills the program with SIGKILL. */
  kill(launch: Launch): void;
  /** Ends everything that is still running. */
  dispose(): Promise<void>;
}

const PUMP = parseServiceId('pump');
const VALVE = parseServiceId('valve');
const STOP = { signal: 'SIGTERM', graceMs: 5_000 } as const;

/** The contract of the ProcessHost port, for every implementation; `hasProcesses`: they outlive the host. */
export function describeProcessHost(
  name: string,
  open: () => Promise<ProcessHostHarness>,
  { hasProcesses = true } = {},
): void {
  describe(`${name} (process host)`, () => {
    let harness: ProcessHostHarness;
    let host: ProcessHost;

    beforeEach(async () => {
      harness = await open();
      host = harness.host;
    });

    afterEach(() => harness.dispose());

    async function launched(serviceId = PUMP, generation = 1): Promise<Launch> {
      return launchedBy(await host.launch(harness.request(serviceId, generation)));
    }

    /** Observes a launch; returns the reported exits. */
    function exitsOf(launch: Launch): ProcessExit[] {
      const exits: ProcessExit[] = [];
      host.observe(launch.launchId, { exited: (exit) => void exits.push(exit) });
      return exits;
    }

    async function oneOf(exits: readonly ProcessExit[]): Promise<ProcessExit> {
      return eventually(() => {
        expect(exits).to.have.length(1);
        return exits[0]!;
      }, harness.timeoutMs);
    }

    describe('a launch', () => {
      it('returns the launch', async () => {
        const request = harness.request(PUMP, 3);
        const launch = launchedBy(await host.launch(request));
        const { executablePath, version } = request;
        expect(launch).to.include({ serviceId: PUMP, generation: 3, executablePath, version });
        const { outputBuffer } = launch.guarantees; // as large as the kernel gives
        expect(launch.guarantees).to.deep.equal({ ...harness.guarantees, outputBuffer });
        expect(launch.startTime).not.to.equal('');
        expect(launch.pid !== null || launch.place !== null, 'a pid, or a place').to.equal(true);
        expect(harness.isIdentity(launch)).to.equal(true);
      });

      it('is alive in its status and in the list', async () => {
        const launch = await launched();
        expect(host.status(PUMP)).to.deep.equal({ status: 'alive', generation: 1, launch });
        expect(host.live()).to.deep.equal([launch]);
      });

      it('of one service does not affect others', async () => {
        const [pump, valve] = await Promise.all([launched(PUMP), launched(VALVE)]);
        const exits = exitsOf(valve);
        harness.kill(pump);
        await oneOf(exitsOf(pump));
        expect(host.live()).to.deep.equal([valve]);
        expect(exits).to.be.empty;
      });

      it('is refused with EALIVE while a process of the service is alive, which is not affected', async () => {
        const launch = await launched();
        const second = await host.launch(harness.request(PUMP, 2));
        expect(second).to.deep.include({ type: 'refused', generation: 2 });
        expect(second.type === 'refused' && second.failure).to.include({ code: 'EALIVE', isPermanent: false });
        expect(host.live()).to.deep.equal([launch]);
      });

      it('is refused with EALIVE while another one of the service is in progress', async () => {
        const first = host.launch(harness.request(PUMP, 1));
        const second = await host.launch(harness.request(PUMP, 2));
        expect(second.type === 'refused' && second.failure.code).to.equal('EALIVE');
        launchedBy(await first);
      });

      it('of a missing program is refused permanently, and names the program', async () => {
        const request = harness.requestOfNothing(PUMP, 1);
        const outcome = await host.launch(request);
        expect(outcome).to.deep.include({ type: 'refused', generation: 1 });
        const failure = outcome.type === 'refused' ? outcome.failure : null;
        expect(failure).to.include({ code: 'ENOENT', isPermanent: true });
        expect(failure!.message).to.include(request.executablePath);
        expect(host.status(PUMP)).to.include({ status: 'revoked', generation: 1 });
        expect(host.live()).to.be.empty;
      });

      it('succeeds after a refused one', async () => {
        await host.launch(harness.requestOfNothing(PUMP, 1));
        expect(await launched(PUMP, 2)).to.include({ generation: 2 });
      });

      it('after an exit has a new identity', async () => {
        const first = await launched(PUMP, 1);
        harness.exit(first, 0);
        await oneOf(exitsOf(first));
        const second = await launched(PUMP, 2);
        expect(second.launchId).not.to.equal(first.launchId);
        expect(host.status(PUMP)).to.deep.equal({ status: 'alive', generation: 2, launch: second });
      });
    });

    it('never uses a generation for two launches of a service', async () => {
      const launch = await launched(PUMP, 5);
      harness.exit(launch, 0);
      await oneOf(exitsOf(launch));
      expect((await launched(PUMP, 1)).generation).to.equal(6);
      expect(host.status(PUMP)).to.include({ generation: 6 });
      expect((await launched(VALVE, 1)).generation).to.equal(1);
    });

    it('reports no orphan if there is none', async () => {
      await host.survey();
      expect(host.orphans()).to.be.empty;
    });

    describe('an observer', () => {
      it('gets an exit code once', async () => {
        const launch = await launched();
        const exits = exitsOf(launch);
        harness.exit(launch, 7);
        expect(await oneOf(exits)).to.include({ code: 7, signal: null, isKnown: true });
      });

      it('gets a death by signal', async () => {
        const launch = await launched();
        const exits = exitsOf(launch);
        harness.kill(launch);
        expect(await oneOf(exits)).to.include({ code: null, signal: 'SIGKILL', isKnown: true });
      });

      it('finds the exit in the status', async () => {
        const launch = await launched(PUMP, 4);
        const exits = exitsOf(launch);
        harness.exit(launch, 0);
        const exit = await oneOf(exits);
        const { launchId } = launch;
        expect(host.status(PUMP)).to.deep.equal({ status: 'exited', generation: 4, launchId, exit });
        expect(host.live()).to.be.empty;
      });

      it('that is added after the exit is notified in a later turn', async () => {
        const launch = await launched();
        harness.exit(launch, 9);
        await oneOf(exitsOf(launch));
        const late = exitsOf(launch);
        expect(late).to.be.empty;
        expect(await oneOf(late)).to.include({ code: 9, isKnown: true });
      });

      it('of an unknown launch gets an unknown exit', async () => {
        const exits: ProcessExit[] = [];
        host.observe(parseLaunchId('f'.repeat(32)), { exited: (exit) => void exits.push(exit) });
        expect(exits).to.be.empty;
        expect(await oneOf(exits)).to.include({ code: null, signal: null, isKnown: false });
      });

      it('that has stopped observing gets nothing', async () => {
        const launch = await launched();
        const exits: ProcessExit[] = [];
        const forget = host.observe(launch.launchId, { exited: (exit) => void exits.push(exit) });
        forget();
        forget();
        harness.exit(launch, 0);
        await oneOf(exitsOf(launch));
        expect(exits).to.be.empty;
      });

      it('is notified that a launch lost its shim, and of what is guaranteed since', async function () {
        const { loseShim } = harness;
        if (loseShim === null) {
          this.skip();
        }
        const launch = await launched();
        const changes: Launch[] = [];
        const observer = { exited: () => undefined, changed: (now: Launch) => void changes.push(now) };
        host.observe(launch.launchId, observer);
        loseShim(launch);
        await eventually(() => expect(changes).to.have.length(1), harness.timeoutMs);
        const guarantees = { ...launch.guarantees, exactExit: false, treeComplete: false };
        expect(changes).to.deep.equal([{ ...launch, guarantees }]);
        expect(host.status(PUMP)).to.deep.equal({ status: 'alive', generation: 1, launch: changes[0] });
        host.observe(launch.launchId, observer); // one that comes later is notified in a later turn
        await eventually(() => expect(changes).to.have.length(2), harness.timeoutMs);
        expect(changes[1]).to.equal(changes[0]);
      });

      it('is notified together with others', async () => {
        const launch = await launched();
        const both = [exitsOf(launch), exitsOf(launch)];
        harness.exit(launch, 0);
        for (const exits of both) await oneOf(exits);
      });
    });

    describe('a stop', () => {
      it('ends the process and returns its exit', async () => {
        const launch = await launched();
        expect(await host.stop(PUMP, STOP)).to.include({ code: null, signal: 'SIGTERM', isKnown: true });
        expect(host.status(PUMP)).to.include({ status: 'exited', launchId: launch.launchId });
        expect(host.live()).to.be.empty;
      });

      it('resolves after the observers were notified', async () => {
        const exits = exitsOf(await launched());
        await host.stop(PUMP, STOP);
        expect(exits).to.have.length(1);
      });

      it('of a service that was never launched resolves with null', async () => {
        expect(await host.stop(PUMP, STOP)).to.equal(null);
        expect(host.status(PUMP)).to.equal(null);
      });

      it('of a service that has ended resolves with null', async () => {
        const launch = await launched();
        harness.exit(launch, 0);
        await oneOf(exitsOf(launch));
        expect(await host.stop(PUMP, STOP)).to.equal(null);
      });

      it('may be called twice', async () => {
        const exits = exitsOf(await launched());
        const both = await Promise.all([host.stop(PUMP, STOP), host.stop(PUMP, { ...STOP, graceMs: 100 })]);
        for (const exit of both) expect(exit).to.include({ signal: 'SIGTERM' });
        expect(exits).to.have.length(1);
      });

      it('ends a launch in progress', async () => {
        const launching = host.launch(harness.request(PUMP, 1));
        await host.stop(PUMP, STOP);
        expect(host.live()).to.be.empty;
        const outcome = await launching;
        if (outcome.type === 'refused') expect(outcome.failure).to.include({ code: 'ESTOPPED', isPermanent: false });
        expect(host.live()).to.be.empty;
        expect(host.status(PUMP)?.status).not.to.equal('alive');
      });

      it('is awaited by the next launch', async () => {
        const first = await launched(PUMP, 1);
        const exits = exitsOf(first);
        const stopping = host.stop(PUMP, STOP);
        const second = await launched(PUMP, 2);
        expect(exits).to.have.length(1);
        expect(await stopping).to.include({ signal: 'SIGTERM' });
        expect(host.live()).to.deep.equal([second]);
      });

      it('does not affect other services', async () => {
        await launched(PUMP);
        const valve = await launched(VALVE);
        await host.stop(PUMP, STOP);
        expect(host.live()).to.deep.equal([valve]);
      });
    });

    describe('a signal', () => {
      it('reaches a live process', async () => {
        await launched();
        expect(await host.signal(PUMP, 'SIGCONT')).to.equal(true);
        expect(host.live()).to.have.length(1);
      });

      it('is not sent if no process is alive', async () => {
        expect(await host.signal(PUMP, 'SIGCONT')).to.equal(false);
        const launch = await launched();
        harness.exit(launch, 0);
        await oneOf(exitsOf(launch));
        expect(await host.signal(PUMP, 'SIGCONT')).to.equal(false);
      });
    });

    if (hasProcesses) describeReopening(() => harness);

    it('has an empty survey if nothing was ever launched', async () => {
      expect((await host.survey()).size).to.equal(0);
      expect(host.live()).to.be.empty;
    });
  });
}
