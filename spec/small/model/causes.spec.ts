import { expect } from 'chai';
import { CAUSES, causeOf, causeOfRow } from '../../../lib/model/causes.ts';

describe('a cause', () => {
  it('is the word of the journal for an event of a statechart', () => {
    expect(causeOf('process.exited')).to.equal('process.exited');
    expect(causeOf('xstate.after.untilDeadline.service.backoff.waiting')).to.equal('deadline');
    expect(causeOf('xstate.done.actor.launchProcess')).to.equal('launch.finished');
    expect(causeOf('xstate.error.actor.chooseExecutable')).to.equal('executable.search_failed');
    expect(causeOf('resume.alive')).to.equal('host.resume');
    expect(causeOf('resume.ended')).to.equal('host.resume');
  });

  it('is none where an event has no word in the journal', () => {
    expect(causeOf('xstate.done.actor.somethingElse')).to.equal(null);
    expect(causeOf('press')).to.equal(null);
  });

  it('is in the closed list whichever version wrote the row', () => {
    expect(causeOfRow('deadline')).to.equal('deadline');
    expect(causeOfRow('host.resume')).to.equal('host.resume');
    expect(causeOfRow('starting.resolving.done')).to.equal('executable.search_finished');
    expect(causeOfRow('stopping.killing.done')).to.equal('stop.finished');
    expect(causeOfRow('failed.refused.error')).to.equal('executable.watch_failed');
    expect(causeOfRow('a word of a later version')).to.equal('unknown');
  });

  it('never is the name of an event of XState', () => {
    for (const cause of CAUSES) expect(cause).not.to.match(/^xstate|\.done$|\.error$/);
  });
});
