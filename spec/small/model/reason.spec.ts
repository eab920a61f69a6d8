import { REBOOTED } from '../../../lib/model/process.ts';
import { expect } from 'chai';
import { reason as schema } from '../../../lib/model/explain/reason-schema.ts';
import { REASON_CODES, reasonClause, reasonText, type Reason } from '../../../lib/model/explain/reason.ts';
import { parseServiceId } from '../../../lib/model/values/ids.ts';

const id = parseServiceId('pump1-coreio');
const exit = { code: 'exited', exitCode: 1, signal: null, isKnown: true, because: null, hasStarted: true } as const;

/** Every code with what it says, in the words that clients read since 0.1.0. */
const REASONS: readonly (readonly [Reason, string])[] = [
  [{ code: 'text', text: 'as it was kept' }, 'as it was kept'],
  [{ code: 'orphan', text: 'Process 7 is alive' }, 'Process 7 is alive'],
  [
    { code: 'waiting', dependencies: [{ serviceId: id, condition: 'healthy' }] },
    'is waiting until pump1-coreio is ready',
  ],
  [{ code: 'executable_missing', text: 'No executable "x" was found.' }, 'No executable "x" was found.'],
  [{ code: 'launch_refused', error: 'EACCES', text: 'It is not executable.' }, 'It is not executable.'],
  [{ code: 'effect_failed', text: 'a bug' }, 'a bug'],
  [exit, 'the process exited with code 1'],
  [
    { ...exit, exitCode: null, signal: 'SIGKILL', because: 'it ran out of memory' },
    'the process was killed by SIGKILL, because it ran out of memory',
  ],
  [{ ...exit, hasStarted: false }, 'the process exited with code 1 before it counted as started'],
  [{ ...exit, exitCode: null, signal: 'SIGKILL' }, 'the process was killed by SIGKILL'],
  [{ ...exit, exitCode: null, isKnown: false }, 'the process ended with an unknown exit status'],
  [{ ...exit, because: REBOOTED, isKnown: false }, 'the machine was rebooted, which ended the process'],
  [{ code: 'start_timeout', limitMs: 3_500, found: null }, 'its startup probe did not pass within 3.5 s'],
  [
    { code: 'start_timeout', limitMs: 3_500, found: 'no answer' },
    'its startup probe did not pass within 3.5 s: no answer',
  ],
  [{ code: 'not_started', found: 'no answer' }, 'its startup probe has not passed yet: no answer'],
  [{ code: 'probe_failed', probe: 'liveness', found: 'no answer' }, 'its liveness probe failed: no answer'],
  [{ code: 'not_ready', found: null }, 'its readiness probe has not passed yet'],
  [{ code: 'not_ready', found: 'no answer' }, 'is not ready: no answer'],
  [
    { code: 'older_version', running: '1.0.0', rejected: '2.0.0', because: exit },
    'runs 1.0.0 because 2.0.0 was rejected: the process exited with code 1',
  ],
  [
    { code: 'group_restart', failed: id, strategy: 'one_for_all' },
    'restarted because pump1-coreio failed (one_for_all)',
  ],
  [{ code: 'stop_failed' }, 'its process tree could not be stopped yet; retrying'],
  [{ code: 'set_aside' }, 'its actor crashed repeatedly and was quarantined; its process was left alone'],
  [{ code: 'completed', end: exit }, 'the process exited with code 1, which counts as success'],
  [
    { code: 'restarts_exhausted', maxRestarts: 3, periodMs: 60_000, end: exit },
    'the process exited with code 1; more than 3 restarts within 60 s',
  ],
  [{ code: 'policy_never', end: exit }, 'the process exited with code 1; its restart policy is never'],
  [{ code: 'recovery_failed', end: exit }, 'the process exited with code 1; the recovery attempt failed'],
  [
    { code: 'service', serviceId: id, state: 'backoff', because: exit },
    'pump1-coreio is in backoff: the process exited with code 1',
  ],
  [{ code: 'service', serviceId: id, state: 'starting', because: null }, 'pump1-coreio is starting'],
  [{ code: 'stopped_by_hand' }, 'each of its services was stopped individually'],
];

describe('a reason', () => {
  for (const [reason, text] of REASONS) {
    it(`of the code ${reason.code} says: ${text}`, () => {
      expect(reasonText(reason)).to.equal(text);
      expect(schema.parse(JSON.parse(JSON.stringify(reason)))).to.deep.equal(reason);
    });
  }

  it('is said here for every code that there is', () => {
    expect(REASONS.map(([{ code }]) => code)).to.include.members([...REASON_CODES]);
  });

  it('has no full stop in front of other punctuation', () => {
    const end = { code: 'launch_refused', error: 'ENOENT', text: 'It cannot be run (ENOENT).' } as const;
    const given = { code: 'restarts_exhausted', maxRestarts: 3, periodMs: 60_000, end } as const;
    for (const reason of [given, { code: 'policy_never', end }, { code: 'completed', end }] as const) {
      expect(reasonText(reason)).to.match(/^It cannot be run \(ENOENT\)[;,] /);
    }
  });

  it('stands by itself as a clause, with its subject and without a full stop', () => {
    expect(reasonClause({ code: 'not_ready', found: 'no answer.' })).to.equal('it is not ready: no answer');
    expect(reasonClause({ code: 'not_ready', found: null })).to.equal('its readiness probe has not passed yet');
    expect(reasonClause({ code: 'executable_missing', text: 'No file.' })).to.equal('No file');
  });
});
