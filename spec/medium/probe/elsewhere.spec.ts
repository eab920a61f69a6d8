import { expect } from 'chai';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Check, Outcome } from '../../../lib/probe/check.ts';
import { HttpCheck } from '../../../lib/probe/http-check.ts';
import { Way } from '../../../lib/probe/network.ts';
import { TcpCheck } from '../../../lib/probe/tcp-check.ts';

const TIMEOUT_MS = 200;
const OK = [{ from: 200, to: 299 }];
/** Answers with 200, and lets only one connection wait. */
const SERVER = `
  const server = require('node:http').createServer((request, response) => response.end('ok'));
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => console.log(server.address().port));
`;

/** The result of one check, after its timeout at the latest. */
function resultOf(check: Check): Promise<Outcome | null> {
  return new Promise((resolve) => {
    const end = check.begin(TIMEOUT_MS, (outcome) => {
      clearTimeout(timer);
      resolve(outcome);
    });
    const timer = setTimeout(() => {
      resolve(end());
    }, TIMEOUT_MS);
  });
}

describe('a check of a service', () => {
  let server: ChildProcess;
  let port: number;
  let check: Check;
  let waiting: Socket[];

  beforeEach(async () => {
    waiting = [];
    server = spawn(process.execPath, ['-e', SERVER], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [text] = (await once(server.stdout!, 'data')) as [Buffer];
    port = Number(text.toString());
  });
  afterEach(async () => {
    check.close();
    for (const socket of waiting) socket.destroy();
    server.kill('SIGKILL');
    if (server.signalCode === null) await once(server, 'exit');
  });

  /** From now on nothing answers, and no connection comes about, as if the link were cut. */
  async function cut(): Promise<void> {
    server.kill('SIGSTOP');
    for (let index = 0; index < 4; index += 1)
      waiting.push(connect({ port, host: '127.0.0.1' }).on('error', () => undefined));
    await new Promise((resolve) => setTimeout(resolve, 100));
  }

  const httpCheck = (isElsewhere: boolean, periodMs: number): Check =>
    new HttpCheck({ type: 'http', host: '127.0.0.1', port, path: '/', status: OK }, periodMs, new Way(isElsewhere));
  const tcpCheck = (isElsewhere: boolean): Check =>
    new TcpCheck({ type: 'tcp', host: '127.0.0.1', port }, new Way(isElsewhere));

  for (const [name, checkOf] of [
    ['http', (isElsewhere: boolean) => httpCheck(isElsewhere, 60_000)],
    ['http over a connection that is kept', (isElsewhere: boolean) => httpCheck(isElsewhere, 1_000)],
    ['tcp', tcpCheck],
  ] as const) {
    it(`on another machine that was reached before says nothing while no connection comes about (${name})`, async () => {
      check = checkOf(true);
      expect(await resultOf(check)).to.include({ isSuccess: true });
      await cut();
      expect(await resultOf(check)).to.equal(null);
      expect(await resultOf(check)).to.equal(null);
    });

    it(`on another machine that was never reached fails (${name})`, async () => {
      check = checkOf(true);
      await cut();
      expect(await resultOf(check)).to.include({ isSuccess: false });
    });

    it(`on this machine fails (${name})`, async () => {
      check = checkOf(false);
      expect(await resultOf(check)).to.include({ isSuccess: true });
      await cut();
      expect(await resultOf(check)).to.include({ isSuccess: false });
    });
  }

  it('on another machine fails if a connection comes about, and no response', async () => {
    check = httpCheck(true, 60_000);
    expect(await resultOf(check)).to.include({ isSuccess: true });
    server.kill('SIGSTOP');
    expect(await resultOf(check)).to.include({ isSuccess: false });
  });

  it('on another machine fails if the connection is refused', async () => {
    check = tcpCheck(true);
    expect(await resultOf(check)).to.include({ isSuccess: true });
    server.kill('SIGKILL');
    await once(server, 'exit');
    expect(await resultOf(check)).to.deep.equal({
      isSuccess: false,
      reason: `nothing is listening on 127.0.0.1:${port} (ECONNREFUSED)`,
    });
  });
});
