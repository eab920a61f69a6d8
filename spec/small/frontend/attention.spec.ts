import { expect } from 'chai';
import { attentionOf, doubtSentence, nothingNext } from '../../../lib/frontend/world/attention.ts';
import { instant, serviceOf } from './views.ts';

const NOW = Date.parse(instant(59));
const doubt = { since: instant(3), reason: 'node n2 is not ready' };
const flapping = { restarts: 6, exact: true, since: instant(0), until: instant(60), threshold: 5 };

describe('what needs attention', () => {
  it('is what failed, is in doubt, flaps, waits or is not ready, in this order, the latest first', () => {
    const found = attentionOf(
      [
        serviceOf('good'),
        serviceOf('stopped', { state: 'stopped', intended_state: 'stopped' }),
        serviceOf('unready', { substate: 'unready', ready: false }),
        serviceOf('flaps', { flapping }),
        serviceOf('starts', { state: 'starting', flapping }),
        serviceOf('waits', { state: 'backoff', since: instant(1), flapping }),
        serviceOf('waits-later', { state: 'backoff', since: instant(2) }),
        serviceOf('doubted', { doubt }),
        serviceOf('doubted-earlier', { doubt: { ...doubt, since: instant(2) }, since: instant(4), flapping }),
        serviceOf('failed', { state: 'failed' }),
      ],
      NOW,
    );
    expect(found.map(({ kind, service: { id } }) => `${kind} ${id}`)).to.deep.equal([
      'failed failed',
      'doubt doubted',
      'doubt doubted-earlier',
      'flapping flaps',
      'flapping starts',
      'flapping waits',
      'backoff waits-later',
      'unready unready',
    ]);
  });

  it('says why a service is in doubt, and since when', () => {
    expect(doubtSentence(doubt)).to.equal(
      `In doubt: not known since ${instant(3)} whether its process is still running: node n2 is not ready.`,
    );
  });

  it('is acknowledged last', () => {
    const acknowledgement = { at: instant(1), actor: 'anna', note: null };
    const services = [
      serviceOf('seen', { state: 'failed', acknowledgement }),
      serviceOf('new', { substate: 'unready', ready: false }),
    ];
    expect(attentionOf(services, NOW).map(({ service }) => service.id)).to.deep.equal(['new', 'seen']);
  });

  it('no longer flaps when that time has come, without news from the host, and not when it is meant to be stopped', () => {
    expect(attentionOf([serviceOf('a', { flapping })], Date.parse(instant(60)))).to.deep.equal([]);
    const stopped = serviceOf('a', { flapping, state: 'stopped', intended_state: 'stopped' });
    expect(attentionOf([stopped], NOW)).to.deep.equal([]);
  });

  it('says of what is in doubt that nothing is launched in its place', () => {
    expect(nothingNext({ doubt })).to.include('Nothing is launched in its place');
    expect(nothingNext({ doubt: null })).to.include('until its process ends');
  });
});
