import { expect } from 'chai';
import { chmodSync } from 'node:fs';
import { request, type ClientRequest } from 'node:http';
import { BuiltHost, install, write } from '../support/built/built-host.ts';
import { eventually } from '../support/eventually.ts';
import { temporaryFolder } from '../support/temporary.ts';

/** One `line` event of a log stream. */
interface LineEvent {
  readonly id: string;
  readonly generation: number;
  readonly text: string;
}

/** A reader of the event stream that comes back with the last id it saw. */
class Follower {
  readonly lines: LineEvent[] = [];
  #request: ClientRequest | null = null;
  #text = '';

  connect(url: string, path: string): void {
    const last = this.lines.at(-1)?.id;
    const headers = { Accept: 'text/event-stream', ...(last === undefined ? {} : { 'Last-Event-ID': last }) };
    this.#text = '';
    this.#request = request(`${url}${path}`, { headers }, (response) => {
      response.setEncoding('utf8');
      response.on('error', () => undefined); // the host was killed: the next connect goes on
      response.on('data', (chunk: string) => {
        this.#take(chunk);
      });
    });
    this.#request.on('error', () => undefined); // likewise
    this.#request.end();
  }

  leave(): void {
    this.#request?.destroy();
  }

  #take(chunk: string): void {
    this.#text += chunk;
    const events = this.#text.split('\n\n');
    this.#text = events.pop() ?? ''; // not complete yet; its id was not seen
    for (const event of events) {
      const field = (name: string): string => new RegExp(`^${name}: ?(.*)$`, 'm').exec(event)?.[1] ?? '';
      if (field('event') !== 'line') continue;
      const { generation, text } = JSON.parse(field('data')) as { generation: number; text: string }; // docs/logs.md
      this.lines.push({ id: field('id'), generation, text });
    }
  }
}

describe('the log of a service', function () {
  this.timeout(60_000);

  it('is followed over the death of the service and of the host: every line once, in order', async () => {
    const basePath = temporaryFolder();
    install(basePath, 'counts-slowly', 'coreio-1.0.0');
    install(basePath, 'waits', 'corerl-1.0.0');
    let host = await BuiltHost.start(basePath);
    await host.request('POST', '/api/agents/start', { config_path: write(basePath, 'pump1.yaml', '') });
    await eventually(async () => {
      expect(await host.agentState('pump1')).to.equal('running');
    });

    const follower = new Follower();
    const path = '/api/services/pump1-coreio/logs?stream=stdout&tail=1000';
    const seen = (generation: number, least: number): Promise<void> =>
      eventually(() => {
        const count = follower.lines.filter((line) => line.generation === generation).length;
        expect(count, `lines of launch ${generation}`).to.be.at.least(least);
      }, 15_000);
    follower.connect(host.url, path);
    await seen(1, 20);

    process.kill((await host.service('pump1-coreio')).pid ?? -1, 'SIGKILL');
    await seen(2, 20);
    await host.end('SIGKILL');
    const before = follower.lines.length;
    host = await BuiltHost.start(basePath);
    follower.connect(host.url, path);
    await eventually(() => {
      expect(follower.lines.length).to.be.at.least(before + 20);
    });
    follower.leave();

    for (const generation of [1, 2]) {
      const numbers = follower.lines.filter((line) => line.generation === generation).map(({ text }) => Number(text));
      expect(numbers).to.deep.equal(numbers.map((_, index) => index + 1));
    }
    await host.request('POST', '/api/agents/pump1/stop');
    await host.end('SIGTERM');
  });

  it('is searched, and its last words are in the explanation of what went wrong', async () => {
    const basePath = temporaryFolder();
    const script = '#!/bin/sh\nseq -f "line %.0f" 1 2000\necho "bad token $TOKEN" >/dev/stderr\nexit 3\n';
    chmodSync(write(basePath, 'fails-1.0.0', script), 0o755);
    const kind = "{ executable: fails, restart: never, env: { TOKEN: 'very-secret' } }";
    write(basePath, 'coredinator.yaml', `kinds: { fails: ${kind} }\nservices: { gate: { kind: fails } }\n`);
    const host = await BuiltHost.start(basePath);
    await eventually(async () => expect((await host.service('gate')).state).to.equal('failed'));
    const { body: explanation } = await host.request('GET', '/api/services/gate/explain');
    expect(explanation).to.include({ state: 'failed' });
    const { summary, output_tail: tail } = explanation as {
      summary: string;
      output_tail: { lines: { text: string }[] };
    };
    expect(summary).to.include('Its last words: "bad token ${TOKEN}".');
    expect(tail.lines.map(({ text }) => text).slice(-2)).to.deep.equal(['line 2000', 'bad token ${TOKEN}']);
    const answer = await fetch(`${host.url}/api/services/gate/logs?grep=77$&lines_after=1&stream=stdout`);
    const numbers = Array.from({ length: 20 }, (_, index) => 100 * index + 77);
    expect((await answer.text()).trim().split('\n')).to.deep.equal(
      numbers.flatMap((number) => [`line ${number}`, `line ${number + 1}`]),
    );
    await host.end('SIGTERM');
  });
});
