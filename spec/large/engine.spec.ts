import { expect } from 'chai';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ReloadView } from '../../lib/api/schemas/config.ts';
import type { ServiceView } from '../../lib/api/schemas/service.ts';
import { BuiltHost, install, write } from '../support/built/built-host.ts';
import { eventually } from '../support/eventually.ts';
import { isAlive } from '../support/process/alive.ts';
import { temporaryFolder } from '../support/temporary.ts';

const PATIENCE_MS = 20_000;

/** A probe that finds out soon. */
function probe(more: string, failures = 2): string {
  return `{ http: { port: '\${port.http}'${more} }, period: 100ms, timeout: 1s, failure_threshold: ${failures} }`;
}

describe('the supervision engine of the built program', function () {
  this.timeout(60_000);
  let basePath: string;
  let host: BuiltHost;

  beforeEach(() => {
    basePath = temporaryFolder();
  });

  afterEach(async () => {
    if (!isAlive(host.pid)) return;
    await host.end('SIGKILL');
    host = await BuiltHost.start(basePath, '--on-exit', 'drain');
    await host.end('SIGTERM');
  });

  async function configured(text: string): Promise<void> {
    write(basePath, 'coredinator.yaml', text);
    host = await BuiltHost.start(basePath);
  }

  function until(id: string, expected: Partial<ServiceView>): Promise<ServiceView> {
    return eventually(async () => {
      const service = await host.service(id);
      expect(service).to.include(expected);
      return service;
    }, PATIENCE_MS);
  }

  async function reload(query = ''): Promise<ReloadView> {
    const { status, body } = await host.request('POST', `/api/config/reload${query}`);
    expect(status, JSON.stringify(body)).to.equal(200);
    return body as ReloadView; // the answer of that route
  }

  describe('with a service that is probed over HTTP on a port of its own', () => {
    const told = (): string => join(basePath, 'status');

    beforeEach(async () => {
      install(basePath, 'answers-as-told', 'web-1.0.0');
      await configured(`
kinds:
  web:
    executable: web
    env: { PORT: '\${port.http}', STATUS_FILE: ${told()} }
    backoff: { initial: 100ms }
    probes:
      startup: ${probe('', 100)}
      readiness: ${probe(', path: /ready')}
      liveness: ${probe(", status: ['200-399', '503']")}
services:
  web: { kind: web }
`);
      await until('web', { state: 'running', substate: 'ready' });
    });

    it('shows that it is not ready, and never ends it for that', async () => {
      const { pid } = await host.service('web');
      writeFileSync(told(), '503');
      const unready = await until('web', { state: 'running', substate: 'unready' });
      expect(unready.reason).to.match(/^is not ready: .*503/);
      rmSync(told());
      await until('web', { state: 'running', substate: 'ready', pid, generation: 1 });
    });

    it('ends it when it is not alive, and launches it again according to its policy', async () => {
      const { pid } = await host.service('web');
      writeFileSync(told(), '500');
      await until('web', { generation: 2 });
      rmSync(told());
      const service = await until('web', { state: 'running', substate: 'ready' });
      expect(service.generation).to.be.greaterThan(1);
      expect(isAlive(pid ?? -1)).to.equal(false);
      const exits = (await host.history()).filter(({ type }) => type === 'process.exited');
      expect(exits[0]?.detail).to.include({ class: 'probe', signal: 'SIGTERM', generation: 1 });
    });

    it('has the same port and process after the host was killed, as ready as before', async () => {
      const { pid } = await host.writtenService('web');
      await host.end('SIGKILL');
      host = await BuiltHost.start(basePath);
      expect(await host.service('web')).to.include({ state: 'running', substate: 'ready', pid, adopted: true });
      writeFileSync(told(), '503');
      await until('web', { substate: 'unready', pid });
    });
  });

  describe('when its configuration changes', () => {
    const text = (more: string): string => `
kinds:
  one: { executable: waits }
  two: { executable: waits }
services:
  one: { kind: one }
  two: { kind: two${more} }
`;

    beforeEach(async () => {
      install(basePath, 'waits', 'waits');
      await configured(text(''));
      await until('one', { state: 'running' });
      await until('two', { state: 'running' });
    });

    it('plans, then restarts only what changed', async () => {
      write(basePath, 'coredinator.yaml', text(", args: ['--other']"));
      const plan = await reload('?dry_run=true');
      expect(plan).to.deep.include({ applied: false });
      expect(plan.changes.map(({ service_id, action, changed }) => [service_id, action, changed])).to.deep.equal([
        ['two', 'restart', ['args']],
      ]);
      expect(await host.service('two')).to.include({ generation: 1 });
      expect((await reload()).changes).to.deep.equal(plan.changes);
      const two = await until('two', { state: 'running', generation: 2 });
      expect(two.running_revision).to.equal(two.revision);
      expect(await host.service('one')).to.include({ generation: 1 });
    });

    it('does so on SIGHUP too', async () => {
      write(basePath, 'coredinator.yaml', text(", args: ['--other']"));
      process.kill(host.pid, 'SIGHUP');
      await until('two', { state: 'running', generation: 2 });
    });

    it('refuses a file that does not fit, with its line, and changes nothing', async () => {
      write(basePath, 'coredinator.yaml', text(', argz: []'));
      const { status, body } = await host.request('POST', '/api/config/reload');
      expect(status).to.equal(422);
      expect((body as { detail: string }).detail).to.match(/coredinator\.yaml:7:\d+: .*argz.*"args"/);
      expect(await host.service('two')).to.include({ state: 'running', generation: 1 });
      write(basePath, 'coredinator.yaml', text('')); // the next host wants one that fits
    });
  });

  it('restarts the rest of a group in order', async () => {
    for (const name of ['a', 'b', 'c']) install(basePath, 'waits', name);
    const agent = write(basePath, 'line.yaml', 'coredinator: { agent_type: line }\n');
    await configured(`
kinds:
  a: { executable: a }
  b: { executable: b, backoff: { initial: 100ms } }
  c: { executable: c }
agent_types:
  line: { services: [a, b, c], strategy: rest_for_one }
`);
    await host.request('POST', '/api/agents/start', { config_path: agent });
    const { pid } = await until('line-b', { state: 'running' });
    await until('line-c', { state: 'running' });
    process.kill(pid ?? -1, 'SIGKILL');
    await until('line-b', { state: 'running', generation: 2 });
    await until('line-c', { state: 'running', generation: 2 });
    expect(await host.service('line-a')).to.include({ state: 'running', generation: 1 });
  });

  it('falls back to the version that last ran well when a new one fails again and again', async () => {
    install(basePath, 'waits', 'tool-1.0.0');
    await configured(`
kinds:
  tool:
    executable: tool
    settle: 50ms
    backoff: { initial: 100ms, max: 100ms, reset_after: 300ms }
    intensity: { max_restarts: 2, period: 10s }
services:
  tool: { kind: tool }
`);
    const { started_at } = await until('tool', { state: 'running', version: '1.0.0' });
    await eventually(() => expect(Date.now() - Date.parse(started_at ?? '')).to.be.greaterThan(500));
    install(basePath, 'exits-with-code', 'tool-2.0.0');
    await host.request('POST', '/api/services/tool/restart');
    const service = await until('tool', { state: 'running', version: '1.0.0' });
    expect(service.reason).to.match(/^runs 1\.0\.0 because 2\.0\.0 was rejected: .*more than 2 restarts/);
    expect((await host.history()).map(({ type }) => type)).to.include('service.fell_back');
  });

  it('brings a demo agent up with its two more services, in their order', async () => {
    for (const name of ['opc_server', 'opc_tep', 'coreio', 'corerl']) install(basePath, 'waits', `${name}-1.0.0`);
    const agent = write(basePath, 'tep.yaml', 'a: 1\n');
    host = await BuiltHost.start(basePath);
    expect(await host.request('POST', '/demo/tep/start', { config_path: agent })).to.include({ body: 'tep' });
    await eventually(async () => {
      const { body } = await host.request('GET', '/api/agents/demos/tep/tep/status');
      expect(body).to.include({ state: 'running' });
      expect((body as { service_statuses: object }).service_statuses).to.have.all.keys(
        ...['opc_server', 'opc_tep', 'coreio', 'corerl'],
      );
    }, PATIENCE_MS);
    expect(await host.request('POST', '/demo/tep/tep/stop')).to.deep.include({ status: 200, body: null });
    expect((await host.services()).map(({ state }) => state)).to.deep.equal(Array(4).fill('stopped'));
  });

  it('starts, stops and restarts a service by hand', async () => {
    install(basePath, 'waits', 'waits');
    await configured('kinds: { w: { executable: waits } }\nservices: { w: { kind: w, autostart: false } }\n');
    expect(await host.service('w')).to.include({ state: 'stopped', intended_state: 'stopped', generation: 0 });
    expect(await host.request('POST', '/api/services/w/start')).to.include({ status: 200 });
    const { pid } = await until('w', { state: 'running', generation: 1 });
    expect(await host.request('POST', '/api/services/w/restart')).to.include({ status: 200 });
    await until('w', { state: 'running', generation: 2 });
    expect(isAlive(pid ?? -1)).to.equal(false);
    const { status, body } = await host.request('POST', '/api/services/w/stop');
    expect([status, (body as ServiceView).state]).to.deep.equal([200, 'stopped']);
    await host.end('SIGKILL');
    host = await BuiltHost.start(basePath);
    expect(await host.service('w')).to.include({ state: 'stopped', pid: null });
  });
});
