import { expect } from 'chai';
import { redactAllOf, sanitized } from '../../../lib/inspect/sanitize.ts';

const SECRET = 'hunter2-hunter2';

function shown(value: unknown, ...others: readonly unknown[]): unknown {
  return sanitized(value, redactAllOf(value, ...others));
}

describe('what the inspector shows of contexts and events', () => {
  it('shows the names of an environment and none of its values', () => {
    expect(shown({ spec: { env: { API: SECRET, PORT: '7100' } } })).to.deep.equal({
      spec: { env: { API: '***', PORT: '***' } },
    });
  });

  it('hides the values of an environment in any other text', () => {
    const context = { spec: { env: { API: SECRET } }, reason: `exited: bad key ${SECRET}` };
    expect(shown(context)).to.have.property('reason', 'exited: bad key ${API}');
  });

  it('also hides environment values of others, such as the sender of an event', () => {
    const event = { type: 'service.changed', report: { reason: `${SECRET} was refused` } };
    expect(shown(event, { spec: { env: { API: SECRET } } })).to.deep.equal({
      type: 'service.changed',
      report: { reason: '${API} was refused' },
    });
  });

  it('shows the number of arguments but not their values, because they may contain variables', () => {
    expect(shown({ args: ['--token', SECRET], cwd: `/srv/${SECRET}` })).to.deep.equal({
      args: ['***', '***'],
      cwd: '***',
    });
  });

  it('shows the type of a probe but not its details', () => {
    const probe = { check: { type: 'http', host: '127.0.0.1', path: `/health?key=${SECRET}` }, periodMs: 1_000 };
    expect(shown({ probes: { startup: probe, liveness: null } })).to.deep.equal({
      probes: { startup: { check: { type: 'http' }, periodMs: 1_000 }, liveness: null },
    });
  });

  it('shows no input of an effect: it is a launch request, including its environment', () => {
    const event = { type: 'xstate.init', input: { env: { API: SECRET }, args: [SECRET] } };
    expect(shown(event)).to.deep.equal({ type: 'xstate.init', input: { env: '***', args: '***' } });
  });

  for (const key of ['token', 'apiKey', 'api_key', 'password', 'clientSecret', 'Authorization', 'cookie']) {
    it(`hides fields named ${key}`, () => {
      expect(shown({ [key]: SECRET, others: [{ [key]: [SECRET] }] })).to.deep.equal({
        [key]: '***',
        others: [{ [key]: ['***'] }],
      });
    });
  }

  it('shows an error as its name and message, without its stack and without secrets', () => {
    const event = { type: 'xstate.error.actor.x', error: new TypeError(`no ${SECRET}`) };
    expect(shown(event, { spec: { env: { API: SECRET } } })).to.deep.equal({
      type: 'xstate.error.actor.x',
      error: { name: 'TypeError', message: 'no ${API}' },
    });
  });

  it('leaves states, numbers, instants and paths unchanged', () => {
    const context = {
      spec: { id: 'pump1-corerl', executable: 'corerl', configPath: '/plant/pump1.yaml', settleMs: 200 },
      holders: ['agent:pump1'],
      launch: { pid: 4711, executablePath: '/plant/corerl-1.0.0' },
      isAdopted: false,
      lastExit: null,
    };
    expect(shown(context)).to.deep.equal(context);
  });

  it('stops at cycles', () => {
    const ring: Record<string, unknown> = {};
    ring['inner'] = ring;
    expect(JSON.stringify(shown(ring))).to.include('…');
  });

  it('returns only JSON values', () => {
    const odd = { big: 10n, act: () => 1, mark: Symbol('x') };
    expect(JSON.parse(JSON.stringify(shown(odd)))).to.deep.equal({
      big: '(bigint)',
      act: '(function)',
      mark: '(symbol)',
    });
  });
});
