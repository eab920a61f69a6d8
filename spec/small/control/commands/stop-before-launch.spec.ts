import { expect } from 'chai';
import { LaunchAfterCommit } from '../../../../lib/control/launch-after-commit.ts';
import { NO_LIMITS } from '../../../../lib/model/values/limits.ts';
import { AS_HOST } from '../../../../lib/model/values/run-as.ts';
import type { LaunchRequest } from '../../../../lib/ports/process-host.ts';
import { serviceSpec } from '../../../support/actors/specs.ts';
import { fakeProcessHost } from '../../../support/process/fake-process-host.ts';
import { NO_PORTS } from '../../../support/store/memory-port-registry.ts';

describe('a launch that waits until earlier facts are kept', () => {
  const { id, stop } = serviceSpec('pump1-corerl');
  const clock = { now: () => 0, random: () => 0.5 };
  const request: LaunchRequest = {
    ...{ serviceId: id, agentId: null, generation: 2, executablePath: '/plant/program', version: null },
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

  for (let turns = 0; turns < 12; turns += 1) {
    it(`leaves no process when it is stopped ${turns} microtasks after they are`, async () => {
      const fake = fakeProcessHost(clock);
      let keep = (): void => undefined;
      const kept = new Promise<void>((resolve) => (keep = resolve));
      const processes = new LaunchAfterCommit(fake, { exitsSaved: () => kept }, NO_PORTS);
      const outcome = processes.launch(request);
      keep();
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
      await processes.stop(id, stop);
      await outcome;
      expect(fake.live()).to.deep.equal([]);
    });
  }
});
