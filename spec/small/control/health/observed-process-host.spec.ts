import { expect } from 'chai';
import { Health } from '../../../../lib/control/health/health.ts';
import { ObservedProcessHost } from '../../../../lib/control/health/observed-process-host.ts';
import { NO_LIMITS } from '../../../../lib/model/values/limits.ts';
import { AS_HOST } from '../../../../lib/model/values/run-as.ts';
import { parseServiceId } from '../../../../lib/model/values/ids.ts';
import type { ProcessMeter } from '../../../../lib/ports/meter.ts';
import type { LaunchRequest } from '../../../../lib/ports/process-host.ts';
import { serviceSpec } from '../../../support/actors/specs.ts';
import { recordingLog } from '../../../support/control/control-world.ts';
import { fakeProcessHost, type FakeProcessHost } from '../../../support/process/fake-process-host.ts';
import { rejection } from '../../../support/rejection.ts';

describe('a process host that is observed', () => {
  const { id, stop } = serviceSpec('pump1-corerl');
  const clock = { now: () => 0, random: () => 0.5 };
  const request: LaunchRequest = {
    ...{ serviceId: id, agentId: null, generation: 1, executablePath: '/plant/program', version: null },
    ...{
      args: [],
      env: {},
      cwd: null,
      limits: NO_LIMITS,
      maxLogBytes: 1024 ** 2,
      output: 'separate',
      ...AS_HOST,
      stop,
    },
  };
  const lack = { code: 'EAGAIN', isPermanent: false, message: 'There are too many processes.' };
  let engine: FakeProcessHost;
  let health: Health;
  let host: ObservedProcessHost;
  let measured: string[];

  beforeEach(() => {
    engine = fakeProcessHost(clock);
    health = new Health(clock, recordingLog());
    measured = [];
    const meter: ProcessMeter = {
      launched: ({ type }) => measured.push(type),
      stopped: () => measured.push('stopped'),
      surveyed: (status, orphans) => measured.push(`surveyed ${[...status].length} and ${orphans.length}`),
    };
    host = new ObservedProcessHost(engine, health, meter);
  });

  it('reports a launch that lacks what the machine has to give, until the next one', async () => {
    engine.refuseNext(id, lack);
    await host.launch(request);
    expect(health.reasons()).to.deep.equal([lack.message]);
    await host.launch(request);
    expect(health.reasons()).to.deep.equal([]);
    expect(measured).to.deep.equal(['refused', 'launched']);
  });

  for (const code of ['EAPI', 'EIMAGE', 'EPLACE', 'EPREDECESSOR', 'EQUOTA']) {
    it(`reports a launch that an engine cannot make now (${code})`, async () => {
      engine.refuseNext(id, { ...lack, code });
      await host.launch(request);
      expect(health.reasons()).to.deep.equal([lack.message]);
    });
  }

  it('reports no launch that fails for another reason, and none for the store, which reports for itself', async () => {
    for (const failure of [{ code: 'ENOENT' }, { ...lack, isPermanent: true }, { ...lack, code: 'ESTORE' }]) {
      engine.refuseNext(id, lack);
      await host.launch(request);
      engine.refuseNext(id, failure);
      await host.launch(request);
      expect(health.reasons()).to.deep.equal([]);
    }
  });

  it('says of which processes it is not known whether they live, once for each reason', async () => {
    const doubt = { since: 0, reason: 'node n2 is not ready' };
    for (const [name, why] of [
      ['a', doubt],
      ['b', doubt],
      ['c', { ...doubt, reason: 'node n3 is gone' }],
    ] as const) {
      await host.launch({ ...request, serviceId: parseServiceId(name) });
      engine.doubt(name, why);
    }
    expect(host.problems()).to.deep.equal([
      'It is not known whether a and 1 more are still running: node n2 is not ready.',
      'It is not known whether c is still running: node n3 is gone.',
    ]);
    for (const name of ['a', 'b', 'c']) engine.doubt(name, null);
    expect(host.problems()).to.deep.equal([]);
  });

  it('forgets the launch of a service as soon as that is to be stopped, even if the stop fails', async () => {
    engine.refuseNext(id, lack);
    await host.launch(request);
    engine.stop = () => Promise.reject(new Error('the tree cannot be inspected'));
    await rejection(host.stop(id, stop));
    expect(health.reasons()).to.deep.equal([]);
    expect(measured).to.deep.equal(['refused']);
  });

  it('measures what a survey found and stops that ended something', async () => {
    await host.survey();
    await host.stop(id, stop);
    await host.launch(request);
    await host.stop(id, stop);
    expect(measured).to.deep.equal(['surveyed 0 and 0', 'launched', 'stopped']);
  });

  it('does everything else as the engine does it', async () => {
    await host.launch(request);
    const [launch] = host.live();
    expect(launch?.serviceId).to.equal(id);
    expect(host.status(id)).to.deep.equal(engine.status(id));
    expect(await host.signal(id, 'SIGHUP')).to.equal(true);
    expect(engine.signals).to.have.length(1);
    expect([host.orphans(), host.problems()]).to.deep.equal([engine.orphans(), engine.problems()]);
    const told = new Promise((exited) => host.observe(launch!.launchId, { exited }));
    const exit = engine.exit(id, { code: 3 });
    expect(await told).to.deep.equal(exit);
  });
});
