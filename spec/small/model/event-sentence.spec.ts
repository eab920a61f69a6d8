import { expect } from 'chai';
import { describeEvent, type DescribableEvent } from '../../../lib/model/explain/event-sentence.ts';

function entry(type: string, more: Partial<DescribableEvent> = {}): DescribableEvent {
  return {
    type,
    agentId: null,
    serviceId: 'pump1-corerl',
    from: null,
    to: null,
    cause: 'command',
    detail: {},
    ...more,
  };
}

function move(
  from: string,
  to: string,
  cause: DescribableEvent['cause'],
  reason: string | null = null,
): DescribableEvent {
  return entry('service.state_changed', { from, to, cause, detail: { reason } });
}

const agent = { serviceId: null, agentId: 'pump1' };
const host = { serviceId: null, cause: 'host' } as const;
const launch = { pid: 7, generation: 2, version: '1.2.3', executable: '/plant/corerl-1.2.3' };
const exit = (detail: object) =>
  entry('process.exited', { detail: { code: null, signal: null, generation: 2, ...detail } });
const reload = (...services: readonly object[]) => entry('config.reloaded', { serviceId: null, detail: { services } });

const byAnna = { source: { actor: 'anna', address: null, tool: 'cli' } } as const;
const muted = { webhook: 'alerts', until: '2026-01-02T03:04:05.678Z' };
const unmuted = { webhook: 'alerts', agent_id: 'pump1', suppressed: 4, sent: [7] };

const SENTENCES: readonly (readonly [DescribableEvent, string])[] = [
  [
    exit({ class: 'lost', because: 'the machine was rebooted' }),
    'The process of pump1-corerl (generation 2) ended, because the machine was rebooted; its exit status is unknown.',
  ],
  [
    exit({ class: 'signal', signal: 'SIGKILL', because: 'it ran out of memory' }),
    'The process of pump1-corerl (generation 2) was killed by SIGKILL, because it ran out of memory.',
  ],
  [
    entry('process.launched', { detail: { ...launch, pid: null, place: 'pod pump1 on node n2' } }),
    'pump1-corerl was launched (pod pump1 on node n2, generation 2, version 1.2.3).',
  ],
  [
    { ...exit({ code: 3 }), repeated: 4_711 },
    'The process of pump1-corerl (generation 2) exited with code 3; 4711 more like it between the first of that day and this one are no longer stored.',
  ],
  [
    entry('service.acknowledged', { detail: { state: 'failed', note: 'The valve is stuck.' }, ...byAnna }),
    'The failure of pump1-corerl was acknowledged by anna (cli): The valve is stuck.',
  ],
  [
    entry('webhook.mute_requested', { ...agent, detail: { ...muted, note: 'Works.' }, ...byAnna }),
    'A mute of webhook alerts until 2026-01-02T03:04:05.678Z was requested for the events of agent pump1 by anna (cli): Works.',
  ],
  [
    entry('webhook.muted', { ...host, detail: { ...muted, agent_id: null, note: null } }),
    'Webhook alerts was muted until 2026-01-02T03:04:05.678Z.',
  ],
  [
    entry('webhook.muted', { ...host, detail: { ...muted, agent_id: 'pump1', note: 'Works.' } }),
    'Webhook alerts was muted until 2026-01-02T03:04:05.678Z for the events of agent pump1: Works.',
  ],
  [
    entry('webhook.unmute_requested', { ...agent, detail: { webhook: 'alerts' }, ...byAnna }),
    'The end of the mute of webhook alerts was requested for the events of agent pump1 by anna (cli).',
  ],
  [
    entry('webhook.unmuted', { ...host, detail: unmuted }),
    'Webhook alerts is no longer muted for the events of agent pump1; 4 events were held back, of which 1 is sent because something still fails.',
  ],
  [
    move('starting', 'running', 'deadline'),
    'pump1-corerl went from starting to running: it stayed up long enough to count as started.',
  ],
  [
    move('starting', 'failed', 'executable.search_finished', 'No file.'),
    'pump1-corerl went from starting to failed: No file.',
  ],
  [move('a', 'b', 'unknown'), 'pump1-corerl went from a to b.'],
  [
    { ...move('running', 'backoff', 'service.changed', 'x is backoff'), ...agent, type: 'agent.state_changed' },
    'Agent pump1 went from running to backoff: x is backoff.',
  ],
  [
    entry('service.readiness_changed', { to: 'ready', cause: 'probe.passed', detail: { reason: null } }),
    'pump1-corerl is ready: its readiness probe passed.',
  ],
  [
    entry('service.readiness_changed', { to: 'unready', detail: { reason: 'is not ready: no answer' } }),
    'pump1-corerl is not ready: no answer.',
  ],
  [
    entry('service.fell_back', { detail: { from: '2.0.0', to: '1.0.0', reason: 'exited' } }),
    'pump1-corerl fell back to 1.0.0; 2.0.0 was rejected: exited.',
  ],
  [entry('process.launched', { detail: launch }), 'pump1-corerl was launched (pid 7, generation 2, version 1.2.3).'],
  [
    entry('process.adopted', { detail: { ...launch, version: null } }),
    'The host adopted the running process of pump1-corerl (pid 7, generation 2).',
  ],
  [exit({ code: 1, class: 'code' }), 'The process of pump1-corerl (generation 2) exited with code 1.'],
  [exit({ signal: 'SIGSEGV', class: 'signal' }), 'The process of pump1-corerl (generation 2) was killed by SIGSEGV.'],
  [exit({ class: 'lost' }), 'The process of pump1-corerl (generation 2) ended; its exit status is unknown.'],
  [
    exit({ signal: 'SIGTERM', class: 'stopped' }),
    'The process of pump1-corerl (generation 2) was killed by SIGTERM, because it was asked to stop.',
  ],
  [
    exit({ signal: 'SIGKILL', class: 'probe' }),
    'The process of pump1-corerl (generation 2) was killed by SIGKILL, because its liveness probe failed.',
  ],
  [
    exit({ code: 0, class: 'start_timeout' }),
    'The process of pump1-corerl (generation 2) exited with code 0, because its startup probe did not pass in time.',
  ],
  [
    entry('process.orphan', { serviceId: null, detail: { pid: 7, fate: 'killed' } }),
    'A process without a record was found (pid 7), of an unknown service: it was killed.',
  ],
  [entry('service.start_requested'), 'pump1-corerl was started by a command.'],
  [
    entry('service.start_requested', { detail: { holder: 'host' } }),
    'pump1-corerl was started by the host, as configured.',
  ],
  [entry('service.stop_requested', { detail: { holder: 'io' } }), 'pump1-corerl was stopped through /api/io.'],
  [entry('service.restart_requested'), 'pump1-corerl was restarted by a command.'],
  [entry('service.configured'), 'The configuration of pump1-corerl was updated.'],
  [entry('agent.start_requested', agent), 'Agent pump1 was started by a command.'],
  [entry('agent.stop_requested', agent), 'Agent pump1 was stopped by a command.'],
  [reload(), 'The configuration was reloaded; no service changed.'],
  [
    reload(
      { service_id: 'a', action: 'restart', changed: ['args', 'env'] },
      { service_id: 'b', action: 'stop', changed: [] },
    ),
    'The configuration was reloaded: a restarts (args, env), b is removed.',
  ],
  [
    entry('host.started', { ...host, detail: { pid: 7, version: '0.1.0' } }),
    'The host started (pid 7, version 0.1.0).',
  ],
  [
    entry('host.stopped', { ...host, detail: { mode: 'detach', left: 2 } }),
    'The host shut down and left 2 processes running.',
  ],
  [
    entry('host.stopped', { ...host, detail: { mode: 'detach', left: 1 } }),
    'The host shut down and left 1 process running.',
  ],
  [
    entry('host.stopped', { ...host, detail: { mode: 'drain', left: 0 } }),
    'The host shut down and stopped all services.',
  ],
  [entry('host.crashed', { ...host, detail: { message: 'boom' } }), 'The host crashed: boom.'],
  [
    entry('actor.crashed', { ...host, detail: { actor: 'service:x', message: 'boom' } }),
    'Actor service:x crashed: boom.',
  ],
  [
    entry('store.recovered', { ...host, detail: { moved_to: '/x' } }),
    'The store was corrupt and was rebuilt from what could be read.',
  ],
  [
    entry('journal.truncated', { ...host, detail: { dropped: 9 } }),
    '9 events were lost because the store could not be written.',
  ],
  [
    entry('agent.stop_requested', { ...agent, source: { actor: 'anna', address: '192.0.2.7', tool: 'cli' } }),
    'Agent pump1 was stopped by anna (cli).',
  ],
  [
    entry('service.restart_requested', { source: { actor: 'socket', address: null, tool: null } }),
    'pump1-corerl was restarted through the Unix socket.',
  ],
  [
    entry('service.start_requested', { source: { actor: null, address: '192.0.2.7', tool: 'curl' } }),
    'pump1-corerl was started by a command.',
  ],
  [
    entry('host.shutdown_requested', { ...host, source: { actor: 'anna', address: null, tool: 'page' } }),
    'The host was asked by anna (page) to shut down.',
  ],
  [entry('of.a.later.version'), 'of.a.later.version of pump1-corerl.'],
];

describe('the sentence for an event', () => {
  for (const [event, sentence] of SENTENCES) {
    it(sentence, () => {
      expect(describeEvent(event)).to.equal(sentence);
    });
  }

  it('is there for details of any shape: they come out of a file', () => {
    for (const [{ type }] of SENTENCES) {
      for (const services of [1, [1, null, {}], { a: 1 }]) {
        expect(describeEvent(entry(type, { detail: { services, pid: 'x', reason: 7, code: {} } }))).to.match(/\.$/);
      }
    }
  });

  it('names of a long reload the service first that it is about', () => {
    const services = 'abcdefgh'.split('').map((id) => ({ service_id: id, action: 'update', changed: ['stop'] }));
    expect(describeEvent(reload(...services), 'h')).to.equal(
      'The configuration was reloaded: h is updated (stop), a is updated (stop), b is updated (stop), c is updated (stop), ' +
        'd is updated (stop), 3 more.',
    );
  });
});
