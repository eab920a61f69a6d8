import { expect } from 'chai';
import { LaunchAfterCommit } from '../../../../lib/control/launch-after-commit.ts';
import { parseServiceId } from '../../../../lib/model/values/ids.ts';
import { NO_LIMITS } from '../../../../lib/model/values/limits.ts';
import { AS_HOST } from '../../../../lib/model/values/run-as.ts';
import type { LaunchRequest } from '../../../../lib/ports/process-host.ts';
import { fakeProcessHost } from '../../../support/process/fake-process-host.ts';
import { NO_PORTS } from '../../../support/store/memory-port-registry.ts';

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
  maxLogBytes: 1024 ** 2,
  output: 'separate',
  ...AS_HOST,
};

describe('a launch that waits until earlier events are durable', () => {
  let keep: () => void;
  let fail: (error: Error) => void;
  let host: LaunchAfterCommit;
  const fake = fakeProcessHost();

  beforeEach(() => {
    const kept = new Promise<void>((resolve, reject) => {
      keep = resolve;
      fail = reject;
    });
    host = new LaunchAfterCommit(fake, { exitsSaved: () => kept }, NO_PORTS);
  });

  it('never begins if its service is stopped in the meantime', async () => {
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

  it('never begins when that cannot be kept', async () => {
    const before = fake.launches.length;
    const outcome = host.launch(request);
    fail(new Error('disk full'));
    const message = 'Service "pump1-corerl" is not launched: the exit of its last process cannot be saved: disk full';
    const failure = { code: 'ESTORE', isPermanent: false, message };
    expect(await outcome).to.deep.equal({ type: 'refused', generation: 3, failure });
    expect(fake.launches).to.have.length(before);
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
