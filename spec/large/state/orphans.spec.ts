import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { EventView } from '../../../lib/api/schemas/event.ts';
import type { HealthView } from '../../../lib/api/schemas/host.ts';
import type { ServiceView } from '../../../lib/api/schemas/service.ts';
import { BuiltHost, install, write } from '../../support/built/built-host.ts';
import { eventually } from '../../support/eventually.ts';
import { isAlive } from '../../support/process/alive.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const MAIN = new URL('../../../dist/main.js', import.meta.url).pathname;

describe('a host whose database was deleted while its services run', function () {
  this.timeout(60_000);
  let basePath: string;
  let config: string;
  let host: BuiltHost;
  let before: readonly ServiceView[];

  beforeEach(async () => {
    basePath = temporaryFolder();
    install(basePath, 'waits', 'coreio-1.0.0');
    install(basePath, 'waits', 'corerl-1.0.0');
    config = write(basePath, 'pump1.yaml', 'setpoint: 1\n');
    host = await BuiltHost.start(basePath);
    await start();
    await running();
    before = await host.services();
    await eventually(() => {
      expect(readFileSync(join(basePath, '.coredinator/intentions.json'), 'utf8')).to.include('agent:pump1');
    });
    await host.end('SIGKILL');
    const state = join(basePath, '.coredinator');
    for (const name of readdirSync(state)) if (name.startsWith('coredinator.db')) rmSync(join(state, name));
  });

  afterEach(async () => {
    if (!isAlive(host.pid)) host = await BuiltHost.start(basePath);
    await host.request('POST', '/api/agents/pump1/stop');
    await host.end('SIGTERM');
    // A process that no agent was started for is nobody's to stop.
    for (const { pid } of before) if (pid !== null && isAlive(pid)) process.kill(pid, 'SIGKILL');
  });

  async function start(): Promise<void> {
    expect(await host.request('POST', '/api/agents/start', { config_path: config })).to.include({ status: 200 });
  }

  async function running(): Promise<void> {
    await eventually(async () => {
      expect(await host.agentState('pump1')).to.equal('running');
    }, 20_000);
  }

  function pids(): number[] {
    return before.map(({ pid }) => pid ?? -1);
  }

  /** Every process has been found, and this was done with it. */
  async function told(fate: string): Promise<void> {
    await eventually(async () => {
      const events = (await host.history()).filter(({ type }) => type === 'process.orphan');
      const found = events.map(({ service_id, detail }) => [
        service_id,
        detail['pid'],
        detail['generation'],
        detail['fate'],
      ]);
      expect(found).to.have.deep.members(before.map(({ id, pid, generation }) => [id, pid, generation, fate]));
    });
  }

  it('takes them over: the agent runs on with the same processes, and the health says what happened', async () => {
    host = await BuiltHost.start(basePath);
    await told('adopted');
    await running();
    expect((await host.request('GET', '/api/healthcheck')).body).to.have.nested.property(
      'notices[0].code',
      'store_lost',
    );
    const acknowledged = await host.request('POST', '/api/health/acknowledge');
    expect(acknowledged.body).to.include({ status: 'healthy' });
    const who = (views: readonly ServiceView[]): unknown =>
      views.map(({ id, pid, generation }) => [id, pid, generation]);
    expect(who(await host.services())).to.deep.equal(who(before));
    process.kill(pids()[0] ?? -1, 'SIGKILL');
    await eventually(async () => {
      expect(await host.service(before[0]!.id)).to.include({ state: 'running', generation: 2 });
    });
    expect((await host.service(before[0]!.id)).last_exit).to.include({ signal: 'SIGKILL', generation: 1 });
  });

  it('shows them as services when nothing else is known, stops them, and never launches them', async () => {
    rmSync(join(basePath, '.coredinator/intentions.json'));
    host = await BuiltHost.start(basePath);
    await told('adopted');
    const [first, second] = await host.services();
    expect([first, second].map((view) => [view?.id, view?.pid])).to.have.deep.members(
      before.map(({ id, pid }) => [id, pid]),
    );
    expect(first).to.include({ orphan: true, state: 'running' });
    expect(await host.request('POST', `/api/services/${first!.id}/restart`)).to.include({ status: 409 });
    expect(await host.request('POST', `/api/services/${first!.id}/stop`)).to.include({ status: 200 });
    expect(isAlive(first!.pid ?? -1)).to.equal(false);
    await host.end('SIGKILL');
    host = await BuiltHost.start(basePath);
    expect((await host.services()).map(({ id, pid }) => [id, pid])).to.deep.equal([[second!.id, second!.pid]]);
    expect(await host.request('POST', `/api/services/${second!.id}/stop`)).to.include({ status: 200 });
    expect(await host.services()).to.deep.equal([]);
  });

  it('finds them with the whole state directory gone: shows them, stops them, and starts no second ones', async () => {
    rmSync(join(basePath, '.coredinator'), { recursive: true });
    host = await BuiltHost.start(basePath);
    await told('reported');
    expect((await host.services()).map(({ id, pid, orphan }) => [id, pid, orphan])).to.have.deep.members(
      before.map(({ id, pid }) => [id, pid, true]),
    );
    const { body } = await host.request('GET', '/api/healthcheck');
    expect((body as HealthView).reasons?.join()).to.match(/2 orphans are alive and not supervised/);
    await start();
    const { id } = before[0]!;
    await eventually(async () => {
      expect(await host.service(id)).to.include({ state: 'backoff', orphan: true });
    });
    expect(await host.request('POST', '/api/agents/pump1/stop')).to.include({ status: 200 });
    expect(pids().filter(isAlive)).to.deep.equal([]);
  });

  it('leaves them alone with --orphans report, starts no second ones, and says what to do', async () => {
    host = await BuiltHost.start(basePath, '--orphans', 'report');
    await told('reported');
    await start();
    const { id, pid } = before[0]!;
    await eventually(async () => {
      expect(await host.service(id)).to.include({ state: 'backoff', pid: null });
    });
    const { reason } = await host.service(id);
    expect(reason).to.include(String(pid)).and.include('--orphans adopt');
    expect(pids().filter(isAlive)).to.deep.equal(pids());

    expect(await host.request('POST', '/api/agents/pump1/stop')).to.include({ status: 200 });
    expect(pids().filter(isAlive)).to.deep.equal([]);
    await start();
    await running();
    expect((await host.services()).map(({ generation }) => generation)).to.deep.equal([2, 2]);
  });

  it('does as --strays and COREDINATOR_STRAYS of 0.1.0 say, with a warning, and finds the events by the old type', async () => {
    const receiver = createServer((request, response) => {
      let body = '';
      request.on('data', (part: Buffer) => (body += part.toString()));
      request.on('end', () => {
        types.push((JSON.parse(body) as { type: string }).type); // docs/events.md
        response.end();
      });
    });
    const types: string[] = [];
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = receiver.address() as AddressInfo; // a TCP server that listens has one
      const secret = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
      const hook = `{ url: "http://127.0.0.1:${port}/", events: [process.stray], secret: ${secret} }`;
      write(basePath, 'coredinator.yaml', `webhooks: { hook: ${hook} }\n`);
      host = await BuiltHost.start(basePath, '--strays', 'report');
      expect(host.log.split('\n').filter((line) => line.includes('--strays is deprecated'))).to.have.length(1);
      await told('reported');
      await eventually(() => {
        expect(types).to.deep.equal(before.map(() => 'process.orphan'));
      });
      const { body } = await host.request('GET', '/api/events/history?type=process.stray');
      expect((body as { events: EventView[] }).events).to.have.length(before.length); // the page of contract 3.4
      const stream = await fetch(`${host.url}/api/events?after=0&type=process.stray`);
      const decoder = new TextDecoder();
      let streamed = '';
      for await (const chunk of stream.body as AsyncIterable<Uint8Array>) {
        streamed += decoder.decode(chunk, { stream: true });
        if (streamed.includes('"type":"process.orphan"')) break; // else the time limit of the spec ends it
      }
      const printed = await promisify(execFile)(process.execPath, [MAIN, 'events', '--type', 'process.stray'], {
        env: { ...process.env, COREDINATOR_URL: host.url },
      });
      expect(printed.stdout.trim().split('\n')).to.have.length(before.length);
      expect(printed.stderr).to.include('process.stray is deprecated; use process.orphan');
      await host.end('SIGKILL');

      host = await BuiltHost.startWith({ COREDINATOR_STRAYS: 'kill' }, basePath);
      expect(host.log).to.include('COREDINATOR_STRAYS is deprecated; use COREDINATOR_ORPHANS');
      await eventually(() => {
        expect(pids().filter(isAlive)).to.deep.equal([]);
      });
    } finally {
      receiver.closeAllConnections();
      receiver.close();
    }
  });

  it('ends them with --orphans kill, and the agent comes up with the next generation', async () => {
    host = await BuiltHost.start(basePath, '--orphans', 'kill');
    await told('killed');
    await eventually(() => {
      expect(pids().filter(isAlive)).to.deep.equal([]);
    });
    await start();
    await running();
    expect((await host.services()).map(({ generation }) => generation)).to.deep.equal([2, 2]);
  });
});
