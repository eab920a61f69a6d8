import { expect } from 'chai';
import { migrated, MIGRATIONS } from '../../../../lib/control/recovery/migrations.ts';

describe('a row of 0.1.0', () => {
  const context = {
    reason: 'the process exited with code 1',
    aftermath: { type: 'judge', class: 'probe', reason: 'its liveness probe failed: no answer' },
    condemned: { path: '/plant/corerl-2.0.0', reason: 'more than 3 restarts within 60 s' },
    stable: { path: '/plant/corerl-1.0.0', version: '1.0.0' },
    falls: 3,
    fellBy: null,
    spec: { args: ['reason'], env: { reason: 'a variable', falls: 'a variable too' } },
  };
  const kept = { status: 'active', value: { running: 'ready' }, context };

  it('of a service has its reasons as codes, wherever they stand, new names for some fields, and nothing else changed', () => {
    const { context: after, value } = migrated(kept, { from: '2', to: '3' }, MIGRATIONS.service);
    expect(value).to.deep.equal({ running: 'ready' });
    expect(after).to.deep.equal({
      reason: { code: 'text', text: 'the process exited with code 1' },
      afterStop: {
        ...context.aftermath,
        reason: { code: 'text', text: 'its liveness probe failed: no answer' },
      },
      rejectedVersion: { ...context.condemned, reason: { code: 'text', text: 'more than 3 restarts within 60 s' } },
      lastGoodVersion: context.stable,
      failureCount: 3,
      restartedBy: null,
      spec: context.spec,
    });
  });

  it('of a service that was not ready knows what the probe had found', () => {
    const { context: after } = migrated(
      { ...kept, context: { reason: 'is not ready: no answer' } },
      { from: '2', to: '3' },
      MIGRATIONS.service,
    );
    expect(after).to.deep.equal({ reason: { code: 'not_ready', found: 'no answer' } });
  });

  it('of an agent has the reports of its services as they are now', () => {
    const reports = {
      'pump1-corerl': { state: 'failed', falls: 2, fellBy: null, reason: 'No file.' },
      'pump1-coreio': { reason: null },
    };
    const { context: after } = migrated(
      { ...kept, value: 'failed', context: { reason: 'pump1-corerl is failed', reports } },
      { from: '1', to: '2' },
      MIGRATIONS.agent,
    );
    expect(after).to.deep.equal({
      reason: { code: 'text', text: 'pump1-corerl is failed' },
      reports: {
        'pump1-corerl': {
          state: 'failed',
          failureCount: 2,
          restartedBy: null,
          reason: { code: 'text', text: 'No file.' },
        },
        'pump1-coreio': { reason: null },
      },
    });
  });
});
