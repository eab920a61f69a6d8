import { spawn, type ChildProcess } from 'node:child_process';
import { expect } from 'chai';
import type { EventView } from '../../lib/api/schemas/event.ts';
import { BuiltHost, install, write } from '../support/built/built-host.ts';
import { eventually } from '../support/eventually.ts';
import { temporaryFolder } from '../support/temporary.ts';

const MAIN = new URL('../../dist/main.js', import.meta.url).pathname;

/** The built program as the client of the host on a base path. */
class BuiltClient {
  output = '';
  errors = '';
  readonly #child: ChildProcess;
  readonly ended: Promise<number | null>;

  constructor(basePath: string, ...words: readonly string[]) {
    const env = { ...process.env, COREDINATOR_BASE_PATH: basePath };
    this.#child = spawn(process.execPath, [MAIN, ...words], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child.stdout?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    this.#child.stderr?.on('data', (chunk: Buffer) => (this.errors += chunk.toString()));
    this.ended = new Promise((resolve) => this.#child.on('close', resolve));
  }

  /** Whole lines only. */
  get lines(): readonly string[] {
    return this.output.split('\n').slice(0, -1);
  }

  end(signal: NodeJS.Signals): Promise<number | null> {
    this.#child.kill(signal);
    return this.ended;
  }
}

describe('the program as client', function () {
  this.timeout(90_000);
  let basePath: string;

  beforeEach(() => {
    basePath = temporaryFolder();
    install(basePath, 'counts-slowly', 'coreio-1.0.0');
    install(basePath, 'waits', 'corerl-1.0.0');
    write(basePath, 'pump1.yaml', '');
  });

  async function run(
    ...words: readonly string[]
  ): Promise<readonly [code: number | null, output: string, errors: string]> {
    const client = new BuiltClient(basePath, ...words);
    const code = await client.ended;
    return [code, client.output, client.errors];
  }

  it('starts an agent and waits until it is running, stops it and waits until it has ended, and shuts the host down', async () => {
    const host = await BuiltHost.start(basePath);
    const started = await run('agents', 'start', `${basePath}/pump1.yaml`);
    expect(started).to.deep.equal([0, 'pump1 is running\n', '']);
    expect(await host.agentState('pump1')).to.equal('running');
    expect((await run('services', 'list'))[1]).to.match(/^pump1-coreio +running.*\npump1-corerl +running/m);
    expect(await run('agents', 'stop', 'pump1')).to.deep.equal([0, 'pump1 is stopped\n', '']);
    expect((await host.services()).map(({ pid }) => pid)).to.deep.equal([null, null]);
    expect(await run('agents', 'start', 'pump1')).to.deep.equal([0, 'pump1 is running\n', '']);

    const left = await run('shutdown', '--drain');
    expect(left).to.deep.equal([0, 'The host stopped its services and shut down.\n', '']);
    expect((await host.ended).code).to.equal(0);
    const [code, , errors] = await run('agents', 'list');
    expect(code).to.equal(4);
    expect(errors).to.include('Start one with `coredinator --base-path DIR`');
  });

  it('follows output and events across the death of the host: none duplicated, none lost', async () => {
    let host = await BuiltHost.start(basePath);
    expect((await run('agents', 'start', `${basePath}/pump1.yaml`))[0]).to.equal(0);
    const logs = new BuiltClient(basePath, 'services', 'logs', 'pump1-coreio', '-f', '-n', '1000000');
    const events = new BuiltClient(basePath, 'events', '-f', '-n', '1000000', '--json');
    const seqs = (): readonly number[] => events.lines.map((line) => (JSON.parse(line) as EventView).seq); // docs/events.md
    await eventually(() => {
      expect(logs.lines.length).to.be.at.least(20);
      expect(seqs()).to.include(1);
    }, 20_000);

    await host.end('SIGKILL');
    const before = logs.lines.length;
    host = await BuiltHost.start(basePath); // on another port
    await host.request('POST', '/api/services/pump1-corerl/restart?wait=running&timeout=10s');
    const newest = (await host.history()).at(-1)?.seq ?? 0;
    await eventually(() => {
      expect(logs.lines.length).to.be.at.least(before + 20);
      expect(seqs().at(-1)).to.be.at.least(newest);
    }, 20_000);

    expect(await logs.end('SIGINT')).to.equal(130);
    expect(await events.end('SIGTERM')).to.equal(143);
    expect(logs.lines).to.deep.equal(logs.lines.map((_, at) => String(at + 1)));
    expect(seqs()).to.deep.equal(seqs().map((_, at) => at + 1));
    expect([logs.errors, events.errors]).to.deep.equal(['', '']);

    expect((await run('shutdown', '--drain'))[0]).to.equal(0);
    await host.ended;
  });
});
