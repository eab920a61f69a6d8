import { expect } from 'chai';
import { ReportingProcessHost } from '../../../lib/control/health-processes.ts';
import { Health } from '../../../lib/control/health.ts';
import { parseServiceId } from '../../../lib/model/ids.ts';
import { NO_LIMITS } from '../../../lib/model/limits.ts';
import type { LaunchRequest } from '../../../lib/ports/process-host.ts';
import { recordingLog } from '../../support/control-world.ts';
import { fakeProcessHost } from '../../support/fake-process-host.ts';

const request: LaunchRequest = {
  serviceId: parseServiceId('pump1-corerl'),
  agentId: null,
  generation: 4,
  executablePath: '/plant/corerl',
  version: null,
  args: [],
  env: {},
  cwd: null,
  stop: { signal: 'SIGTERM', graceMs: 100 },
  limits: NO_LIMITS,
};

describe('a launch that waits until what was told before is kept', () => {
  let keep: () => void;
  let host: ReportingProcessHost;
  const fake = fakeProcessHost();

  beforeEach(() => {
    const kept = new Promise<void>((resolve) => (keep = resolve));
    const clock = { now: () => 0, random: () => 0.5 };
    host = new ReportingProcessHost(fake, new Health(clock, recordingLog()), () => kept);
  });

  it('never begins when its service is stopped meanwhile', async () => {
    const outcome = host.launch(request);
    await host.stop(request.serviceId, request.stop);
    keep();
    expect(await outcome).to.deep.include({ type: 'refused', generation: 3 });
    expect(fake.launches).to.deep.equal([]);
  });

  it('begins at once when it is the first of its service: no exit came before it', async () => {
    const serviceId = parseServiceId('pump2-corerl');
    expect(await host.launch({ ...request, serviceId, generation: 1 })).to.include({ type: 'launched' });
    await host.stop(serviceId, request.stop);
  });

  it('begins afterwards', async () => {
    const before = fake.launches.length;
    const outcome = host.launch(request);
    await Promise.resolve();
    expect(fake.launches).to.have.length(before);
    keep();
    expect(await outcome).to.include({ type: 'launched' });
    expect(fake.launches.at(-1)).to.deep.equal(request);
  });
});
