import { expect } from 'chai';
import type { ProcessExit } from '../../../lib/model/process.ts';
import { parseLaunchId, parseServiceId } from '../../../lib/model/values/ids.ts';
import { NO_LIMITS } from '../../../lib/model/values/limits.ts';
import { AS_HOST } from '../../../lib/model/values/run-as.ts';
import type { LaunchRequest } from '../../../lib/ports/process-host.ts';
import { fakeProcessHost, type FakeProcessHost } from '../../support/process/fake-process-host.ts';
import { launchedBy } from '../../support/process/launched-by.ts';
import { describeProcessHost, type ProcessHostHarness } from '../../support/process/process-host-contract.ts';

const PUMP = parseServiceId('pump');
const STOP = { signal: 'SIGTERM', graceMs: 5_000 } as const;

function request(serviceId = PUMP, generation = 1): LaunchRequest {
  const program = { executablePath: '/opt/pump', version: '1.2.3', args: [], env: {}, cwd: null };
  return {
    serviceId,
    agentId: null,
    generation,
    ...program,
    stop: STOP,
    limits: NO_LIMITS,
    maxLogBytes: 1024 ** 2,
    output: 'separate',
    ...AS_HOST,
  };
}

function harnessOf(fake: FakeProcessHost): ProcessHostHarness {
  return {
    host: fake,
    guarantees: {
      exactExit: true,
      treeComplete: true,
      losslessRotation: true,
      separateStreams: true,
      outputBuffer: null,
    },
    timeoutMs: 5_000,
    reopening: null, // its processes end with it; those of the simulated machine do not
    isIdentity: ({ launchId }) => fake.live().some((launch) => launch.launchId === launchId),
    request,
    requestOfNothing: (serviceId, generation) => {
      fake.refuseNext(serviceId, { message: 'The program "/opt/pump" cannot be run: no such file (ENOENT).' });
      return request(serviceId, generation);
    },
    exit: (launch, code) => void fake.exit(launch.serviceId, { code }),
    loseShim: (launch) => {
      fake.loseShim(launch.serviceId);
    },
    kill: (launch) => void fake.exit(launch.serviceId, { signal: 'SIGKILL' }),
    dispose: () => fake.close(),
  };
}

describeProcessHost('the fake', () => Promise.resolve(harnessOf(fakeProcessHost())), { hasProcesses: false });

describe('the fake process host, used by a test', () => {
  it('keeps every request in order', async () => {
    const fake = fakeProcessHost();
    await fake.launch(request(PUMP, 1));
    await fake.launch(request(PUMP, 2));
    expect(fake.launches.map(({ generation }) => generation)).to.deep.equal([1, 2]);
  });

  it('holds launches until they are released', async () => {
    const fake = fakeProcessHost();
    fake.holdLaunches();
    const launching = fake.launch(request());
    await Promise.resolve();
    expect(fake.live()).to.be.empty;
    fake.releaseLaunches();
    expect(launchedBy(await launching)).to.include({ serviceId: PUMP });
  });

  it('cancels a held launch when it is stopped', async () => {
    const fake = fakeProcessHost();
    fake.holdLaunches();
    const launching = fake.launch(request());
    expect(await fake.stop(PUMP, STOP)).to.equal(null);
    expect(await launching).to.deep.include({ type: 'refused' });
    expect(fake.status(PUMP)).to.include({ status: 'revoked' });
  });

  it('holds stops until they are released', async () => {
    const fake = fakeProcessHost();
    await fake.launch(request());
    fake.holdStops();
    const stopping = fake.stop(PUMP, STOP);
    await Promise.resolve();
    expect(fake.live()).to.have.length(1);
    fake.releaseStops();
    expect(await stopping).to.include({ signal: 'SIGTERM' });
  });

  it('ends a held stop with the exit that the test gives', async () => {
    const fake = fakeProcessHost();
    await fake.launch(request());
    fake.holdStops();
    const stopping = fake.stop(PUMP, STOP);
    fake.exit('pump', { code: 143 });
    expect(await stopping).to.include({ code: 143, signal: null });
  });

  it('refuses as often as configured, with the given failure', async () => {
    const fake = fakeProcessHost();
    fake.refuseNext('pump', { code: 'EAGAIN', isPermanent: false });
    fake.refuseNext('pump');
    const codes: string[] = [];
    for (const generation of [1, 2, 3]) {
      const outcome = await fake.launch(request(PUMP, generation));
      codes.push(outcome.type === 'refused' ? outcome.failure.code : outcome.type);
    }
    expect(codes).to.deep.equal(['EAGAIN', 'ENOENT', 'launched']);
  });

  it('reports an exit that was not observed', async () => {
    const fake = fakeProcessHost();
    const launch = launchedBy(await fake.launch(request()));
    const exits: ProcessExit[] = [];
    fake.observe(launch.launchId, { exited: (exit) => void exits.push(exit) });
    fake.exit('pump', { isKnown: false });
    expect(exits).to.deep.equal([{ code: null, signal: null, at: 0, isKnown: false }]);
  });

  it('returns the status that the test prepared, and adopts live processes', async () => {
    const launch = launchedBy(await fakeProcessHost().launch(request()));
    const launchId = parseLaunchId('a'.repeat(32));
    const exit = { code: 3, signal: null, at: 5, isKnown: true };
    const valve = parseServiceId('valve');
    const fake = fakeProcessHost();
    fake.surveyed.set(PUMP, { status: 'alive', generation: 1, launch });
    fake.surveyed.set(valve, { status: 'exited', generation: 2, launchId, exit });
    expect([...(await fake.survey()).keys()]).to.deep.equal([PUMP, valve]);
    expect(fake.live()).to.deep.equal([launch]);
    const reported = await new Promise((resolve) => fake.observe(launchId, { exited: resolve }));
    expect(reported).to.deep.equal(exit);
  });
});
