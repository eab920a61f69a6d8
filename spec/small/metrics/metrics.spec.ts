import { expect } from 'chai';
import { Health } from '../../../lib/control/health/health.ts';
import { ObservedProcessHost } from '../../../lib/control/health/observed-process-host.ts';
import { Metrics } from '../../../lib/metrics/metrics.ts';
import { StoreUnavailableError } from '../../../lib/model/errors.ts';
import type { JournalEntry } from '../../../lib/model/journal.ts';
import { parseServiceId, type ServiceId } from '../../../lib/model/values/ids.ts';
import { NO_LIMITS } from '../../../lib/model/values/limits.ts';
import { AS_HOST } from '../../../lib/model/values/run-as.ts';
import type { MeasuredAgent, MeasuredHost, MeasuredService } from '../../../lib/ports/meter.ts';
import type { LaunchRequest, ProcessHost } from '../../../lib/ports/process-host.ts';
import type { TreeUsage } from '../../../lib/ports/process-usage.ts';
import { parseExposition, valueIn } from '../../support/built/exposed.ts';
import { recordingLog } from '../../support/control/control-world.ts';
import { measuredService } from '../../support/control/fake-control.ts';
import { fakeProcessHost } from '../../support/process/fake-process-host.ts';

const STARTED_AT = 1_700_000_000_000;
const PUMP = parseServiceId('pump1-corerl');

/** A host as the metrics see it. */
class HostWorld implements MeasuredHost {
  readonly metrics = new Metrics({ version: '1.2.3', startedAt: STARTED_AT, hasProcessMetrics: false });
  listed: readonly MeasuredService[] = [];
  known: readonly MeasuredAgent[] = [];
  reasons = 0;
  trees: ReadonlyMap<ServiceId, TreeUsage> | null = null;
  #seq = 0;

  constructor() {
    const read = () => Promise.resolve(this.trees === null ? null : { at: STARTED_AT, services: this.trees });
    this.metrics.ready(0.5, this, { read });
  }

  agents(): readonly MeasuredAgent[] {
    return this.known;
  }

  services(): readonly MeasuredService[] {
    return this.listed;
  }

  healthReasons(): number {
    return this.reasons;
  }

  text(): Promise<string> {
    return this.metrics.exposition.text();
  }

  async value(name: string, labels: Readonly<Record<string, string>> = {}): Promise<number | undefined> {
    return valueIn(await this.text(), name, labels);
  }

  fact(type: string, more: Partial<JournalEntry> = {}): JournalEntry {
    const nobody = { agentId: null, serviceId: null, from: null, to: null, correlationId: null };
    return { ...nobody, seq: ++this.#seq, at: STARTED_AT, type, cause: 'host', detail: {}, ...more };
  }
}

describe('the metrics of a host', () => {
  let world: HostWorld;

  beforeEach(() => {
    world = new HostWorld();
  });

  describe('of states', () => {
    it('count agents and services by state, states without any included', async () => {
      world.known = [
        { id: 'pump1', state: 'running' },
        { id: 'pump2', state: 'failed' },
      ];
      world.listed = [measuredService('a'), measuredService('b'), measuredService('c', 'backoff')];
      expect(await world.value('coredinator_agents', { state: 'failed' })).to.equal(1);
      expect(await world.value('coredinator_services', { state: 'running' })).to.equal(2);
      expect(await world.value('coredinator_services', { state: 'backoff' })).to.equal(1);
      expect(await world.value('coredinator_services', { state: 'stopping' })).to.equal(0);
    });

    it('say for each state whether a service or an agent is in it', async () => {
      world.known = [{ id: 'pump1', state: 'backoff' }];
      world.listed = [measuredService('a', 'backoff')];
      const samples = parseExposition(await world.text());
      const statesOf = (name: string): unknown =>
        samples.filter((sample) => sample.name === name).map(({ labels, value }) => [labels['state'], value]);
      const expected = [
        ['stopped', 0],
        ['starting', 0],
        ['running', 0],
        ['stopping', 0],
        ['backoff', 1],
        ['failed', 0],
      ];
      expect(statesOf('coredinator_service_state')).to.deep.equal(expected);
      expect(statesOf('coredinator_agent_state')).to.deep.equal(expected);
    });

    it('describe a service, and name every agent that holds it', async () => {
      world.listed = [
        {
          ...measuredService('io'),
          kind: 'coreio',
          agents: ['pump1', 'pump2'],
          version: '1.4.2',
          restarts: 3,
          generation: 7,
        },
        { ...measuredService('telemetry', 'stopped'), version: null },
      ];
      expect(
        await world.value('coredinator_service_info', { service: 'io', kind: 'coreio', version: '1.4.2' }),
      ).to.equal(1);
      expect(await world.value('coredinator_service_info', { service: 'telemetry', version: '' })).to.equal(1);
      for (const agent of ['pump1', 'pump2']) {
        expect(await world.value('coredinator_service_agent', { service: 'io', agent })).to.equal(1);
      }
      expect(await world.value('coredinator_service_agent', { service: 'telemetry', agent: '' })).to.equal(1);
      expect(await world.value('coredinator_service_restarts_total', { service: 'io' })).to.equal(3);
      expect(await world.value('coredinator_service_generation', { service: 'io' })).to.equal(7);
      expect(await world.value('coredinator_service_intended_running', { service: 'io' })).to.equal(1);
      expect(await world.value('coredinator_service_intended_running', { service: 'telemetry' })).to.equal(0);
    });

    it('report a service as ready only if it is running and can serve', async () => {
      world.listed = [
        { ...measuredService('ready'), substate: 'ready', launchedAt: 1_700_000_000_500 },
        { ...measuredService('unready'), substate: 'unready', isInDoubt: true },
        { ...measuredService('starting', 'starting'), substate: 'probing' },
      ];
      expect(await world.value('coredinator_service_ready', { service: 'ready' })).to.equal(1);
      expect(await world.value('coredinator_service_ready', { service: 'unready' })).to.equal(0);
      expect(await world.value('coredinator_service_in_doubt', { service: 'ready' })).to.equal(0);
      expect(await world.value('coredinator_service_in_doubt', { service: 'unready' })).to.equal(1);
      expect(await world.value('coredinator_service_ready', { service: 'starting' })).to.equal(0);
      expect(await world.value('coredinator_service_start_time_seconds', { service: 'ready' })).to.equal(
        1_700_000_000.5,
      );
      expect(await world.value('coredinator_service_start_time_seconds', { service: 'unready' })).to.equal(undefined);
    });

    it('report the version, the time until ready and the number of health reasons', async () => {
      world.reasons = 2;
      expect(await world.value('coredinator_build_info', { version: '1.2.3', node_version: process.version })).to.equal(
        1,
      );
      expect(await world.value('coredinator_ready_after_seconds')).to.equal(0.5);
      expect(await world.value('coredinator_health_reasons')).to.equal(2);
    });

    it('report the usage of trees of known services', async () => {
      const usage = { cpuSeconds: 1.5, cores: null, residentBytes: 4096, processes: 2 };
      world.listed = [measuredService(PUMP), measuredService('stopped', 'stopped')];
      world.trees = new Map([
        [PUMP, usage],
        [parseServiceId('forgotten'), usage],
      ]);
      const samples = parseExposition(await world.text()).filter(({ labels }) => labels['service'] !== 'stopped');
      expect(samples).to.deep.include.members([
        { name: 'coredinator_service_cpu_seconds_total', labels: { service: PUMP }, value: 1.5 },
        { name: 'coredinator_service_resident_memory_bytes', labels: { service: PUMP }, value: 4096 },
        { name: 'coredinator_service_processes', labels: { service: PUMP }, value: 2 },
      ]);
      expect(samples.filter(({ labels }) => labels['service'] === 'forgotten')).to.be.empty;
    });

    it('have no usage family if the operating system does not provide usage', async () => {
      world.listed = [measuredService(PUMP)];
      expect(await world.text()).not.to.match(/coredinator_service_(cpu|resident|processes)/);
    });
  });

  describe('of facts', () => {
    it('count exits by class, in total and for each service', async () => {
      world.listed = [measuredService(PUMP)];
      expect(await world.value('coredinator_exits_total', { class: 'signal' })).to.equal(0);
      world.metrics.events.published([world.fact('process.exited', { serviceId: PUMP, detail: { class: 'signal' } })]);
      expect(await world.value('coredinator_exits_total', { class: 'signal' })).to.equal(1);
      expect(await world.value('coredinator_exits_total', { class: 'lost' })).to.equal(0);
      expect(await world.value('coredinator_service_exits_total', { service: PUMP, class: 'signal' })).to.equal(1);
    });

    it('forget the exits of a removed service', async () => {
      const exit = world.fact('process.exited', { serviceId: PUMP, detail: { class: 'code' } });
      world.metrics.events.published([exit]);
      expect(await world.value('coredinator_service_exits_total', { class: 'code' })).to.equal(undefined);
      world.listed = [measuredService(PUMP)];
      expect(await world.value('coredinator_service_exits_total', { class: 'code' })).to.equal(undefined);
      expect(await world.value('coredinator_exits_total', { class: 'code' })).to.equal(1);
    });

    it('count events by type, name the newest, and measure how long adoptions took from the start of the host', async () => {
      expect(await world.value('coredinator_journal_last_seq')).to.equal(undefined);
      const before = world.fact('process.adopted', { seq: 11, at: STARTED_AT - 5_000 }); // the clock was set back
      world.metrics.events.published([before, world.fact('process.adopted', { seq: 12, at: STARTED_AT + 200 })]);
      expect(await world.value('coredinator_events_total', { type: 'process.adopted' })).to.equal(2);
      expect(await world.value('coredinator_journal_last_seq')).to.equal(12);
      expect(await world.value('coredinator_adoption_duration_seconds_sum')).to.equal(0.2);
      expect(await world.value('coredinator_adoption_duration_seconds_count')).to.equal(2);
    });
  });

  it('of writes to the store measure successful ones and count refused ones, by writer', async () => {
    const { store } = world.metrics;
    store.wrote({ writer: 'flush', seconds: 0.25, error: null });
    store.wrote({ writer: 'flush', seconds: 4, error: new StoreUnavailableError('disk full') });
    for (const [name, expected] of [
      ['write_duration_seconds_count', 1],
      ['write_duration_seconds_sum', 0.25],
      ['write_failures_total', 1],
    ] as const) {
      expect(await world.value(`coredinator_store_${name}`, { writer: 'flush' }), name).to.equal(expected);
    }
    expect(await world.value('coredinator_store_write_failures_total', { writer: 'quarantine' })).to.equal(0);
  });

  describe('of processes', () => {
    const clock = { now: () => STARTED_AT, random: () => 0.5 };
    const request: LaunchRequest = {
      ...{ serviceId: PUMP, agentId: null, generation: 1, executablePath: '/plant/corerl', version: null, args: [] },
      ...{
        env: {},
        cwd: null,
        stop: { signal: 'SIGTERM', graceMs: 0 },
        limits: NO_LIMITS,
        maxLogBytes: 1024 ** 2,
        output: 'separate',
        ...AS_HOST,
      },
    };
    const observed = (host: ProcessHost): ProcessHost =>
      new ObservedProcessHost(host, new Health(clock, recordingLog()), world.metrics.processes);

    it('count launches by outcome, refused ones by the code of the reason', async () => {
      const host = fakeProcessHost(clock);
      const measured = observed(host);
      host.refuseNext(PUMP, { code: 'ENOEXEC' });
      await measured.launch(request);
      await measured.launch(request);
      await measured.stop(PUMP, request.stop);
      expect(await world.value('coredinator_launches_total', { outcome: 'refused', code: 'ENOEXEC' })).to.equal(1);
      expect(await world.value('coredinator_launches_total', { outcome: 'launched' })).to.equal(1);
      expect(await world.value('coredinator_launch_duration_seconds_count', { outcome: 'launched' })).to.equal(1);
      expect(await world.value('coredinator_stop_duration_seconds_count')).to.equal(1);
    });

    it('do not count a stop of nothing as a quick one', async () => {
      await observed(fakeProcessHost(clock)).stop(PUMP, request.stop);
      expect(await world.value('coredinator_stop_duration_seconds_count')).to.equal(0);
    });

    it('report what earlier hosts had left behind', async () => {
      const host = fakeProcessHost(clock);
      const launchId = 'a'.repeat(32) as never;
      host.surveyed.set(PUMP, { status: 'revoked', generation: 1, launchId });
      const reason = 'It lives.';
      host.found.push({
        launchId,
        serviceId: null,
        generation: null,
        pid: 7,
        place: null,
        fate: 'killed',
        foundAt: 0,
        reason,
      });
      await observed(host).survey();
      expect(await world.value('coredinator_surveyed_services', { status: 'revoked' })).to.equal(1);
      expect(await world.value('coredinator_surveyed_services', { status: 'alive' })).to.equal(0);
      for (const name of ['coredinator_orphan_processes', 'coredinator_stray_processes']) {
        expect(await world.value(name, { fate: 'killed' })).to.equal(1);
        expect(await world.value(name, { fate: 'adopted' })).to.equal(0);
      }
      expect(await world.value('coredinator_survey_duration_seconds')).to.be.at.least(0);
    });
  });

  it('of checks and requests are as reported', async () => {
    const { probes, requests } = world.metrics;
    probes.checked({ probe: 'liveness', check: 'http', outcome: 'failure', seconds: 0.25 });
    const labels = { probe: 'liveness', check: 'http', outcome: 'failure' };
    expect(await world.value('coredinator_probe_duration_seconds_sum', labels)).to.equal(0.25);
    requests.answered({ method: 'GET', route: '/api/services/{id}', status: 200, seconds: 0.125 });
    const request = { method: 'GET', route: '/api/services/{id}', status: '200' };
    expect(await world.value('coredinator_http_request_duration_seconds_sum', request)).to.equal(0.125);
    let streams = new Map([['/api/events', 2]]);
    requests.watchStreams(() => streams);
    expect(await world.value('coredinator_http_streams', { route: '/api/events' })).to.equal(2);
    streams = new Map();
    expect(await world.value('coredinator_http_streams', { route: '/api/events' })).to.equal(0);
  });

  it('are assembled once for simultaneous scrapes', async () => {
    let looks = 0;
    world.services = () => {
      looks += 1;
      return [];
    };
    const [one, other] = await Promise.all([world.text(), world.text()]);
    expect(one).to.equal(other);
    expect(looks).to.equal(1);
    await world.text();
    expect(looks).to.equal(2);
  });
});
