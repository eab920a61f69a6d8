import { expect } from 'chai';
import type { Socket } from 'node:net';
import type { Doubt } from '../../../lib/model/process.ts';
import { eventually } from '../../support/eventually.ts';
import { httpCheck, probeTarget } from '../../support/probe/probe-specs.ts';
import { ProbeWorld, Requests } from '../../support/probe/probe-world.ts';

describe('an HTTP probe', function () {
  this.timeout(20_000); // real connections on a possibly busy machine
  let world: ProbeWorld;
  let requests: Requests;

  beforeEach(() => {
    world = new ProbeWorld();
    requests = new Requests();
  });

  afterEach(() => world.dispose());

  /** A server that returns the first status, then the second, and so on, and then always the last one. */
  function answering(...statuses: readonly number[]): Promise<number> {
    return world.http((request, response) => {
      requests.seen.push(request);
      const status = statuses[Math.min(requests.seen.length, statuses.length) - 1] ?? 200;
      response.writeHead(status, { location: '/elsewhere' }).end('body');
    });
  }

  for (const status of [200, 204, 302, 399]) {
    it(`passes on ${status} without following it`, async () => {
      const port = await answering(status);
      expect(await world.verdict(httpCheck(port))).to.equal('passed');
      expect(new Set(requests.seen.map(({ url }) => url))).to.deep.equal(new Set(['/api/healthcheck']));
    });
  }

  for (const status of [400, 404, 503]) {
    it(`fails on ${status} and quotes the request and the response`, async () => {
      const port = await answering(status);
      expect(await world.verdict(httpCheck(port))).to.equal(
        `GET http://127.0.0.1:${port}/api/healthcheck returned ${status}, expected 200-399`,
      );
    });
  }

  it('accepts exactly the given statuses', async () => {
    const port = await answering(418, 418, 200);
    const status = [
      { from: 418, to: 418 },
      { from: 500, to: 599 },
    ];
    const { verdicts } = world.watch({ ...httpCheck(port, '/tea'), status } as ReturnType<typeof httpCheck>);
    expect(await verdicts(2)).to.deep.equal([
      'passed',
      `GET http://127.0.0.1:${port}/tea returned 200, expected 418 or 500-599`,
    ]);
  });

  it('sends its name and the name of the host', async () => {
    const port = await answering(200);
    await world.verdict({ type: 'http', host: 'localhost', port, path: '/?a=b', status: [{ from: 200, to: 200 }] });
    const [{ method, url, headers } = {}] = requests.seen;
    expect([method, url]).to.deep.equal(['GET', '/?a=b']);
    expect(headers).to.include({ host: `localhost:${port}`, 'user-agent': 'coredinator-probe' });
  });

  it('asks a service that runs elsewhere at its own address', async () => {
    const port = await world.http((_, response) => void response.end(), '127.0.0.2');
    const there = probeTarget('pump', { launch: { address: '127.0.0.2' } });
    expect(await world.verdict(httpCheck(port), {}, there)).to.equal('passed');
    expect(await world.verdict(httpCheck(port))).to.include(`nothing is listening on 127.0.0.1:${port}`);
  });

  it('says nothing while it is in doubt whether the process lives', async () => {
    let doubt: Doubt | null = { since: 0, reason: 'node n2 is not ready' };
    const outcomes: string[] = [];
    const unsure = new ProbeWorld({
      doubt: () => doubt,
      meter: { checked: ({ outcome }) => void outcomes.push(outcome) },
    });
    const { recorded, verdicts, end } = unsure.watch(httpCheck(await world.freePort()));
    await eventually(() => expect(outcomes).to.have.lengthOf.at.least(3));
    expect(recorded.verdicts).to.be.empty;
    expect(outcomes).to.include('unknown').and.not.include('failure');
    doubt = null;
    await verdicts(1);
    end();
    await unsure.dispose();
  });

  it('passes and fails by thresholds', async () => {
    const port = await answering(200, 503, 200, 200, 503, 503, 200, 200);
    const { verdicts } = world.watch(httpCheck(port), { successThreshold: 2, failureThreshold: 2 });
    const [first, second, third] = await verdicts(3);
    expect([first, third]).to.deep.equal(['passed', 'passed']);
    expect(second).to.include('returned 503');
  });

  it('fails if nothing is listening', async () => {
    const port = await world.freePort();
    expect(await world.verdict(httpCheck(port))).to.equal(`nothing is listening on 127.0.0.1:${port} (ECONNREFUSED)`);
  });

  it('fails if no response arrives in time, and closes the connection', async () => {
    const port = await world.http((request) => void requests.seen.push(request));
    expect(await world.verdict(httpCheck(port), { timeoutMs: 60 })).to.equal(
      `GET http://127.0.0.1:${port}/api/healthcheck gave no response within 60 ms`,
    );
    await eventually(() => {
      expect(world.connections).to.equal(0);
    });
  });

  it('treats headers that do not end as no response', async () => {
    const port = await world.tcp((socket) => void socket.write('HTTP/1.1 200 OK\r\nX-Never: '));
    expect(await world.verdict(httpCheck(port), { timeoutMs: 60 })).to.match(/gave no response within 60 ms$/);
  });

  it('fails on a response that is not HTTP', async () => {
    const port = await world.tcp((socket) => void socket.end('220 mail.example ready\r\n'));
    expect(await world.verdict(httpCheck(port))).to.match(/gave a response that is not HTTP \(HPE_\w+\)$/);
  });

  it('fails if the connection is closed without a response', async () => {
    const port = await world.http((request) => void request.socket.destroy());
    expect(await world.verdict(httpCheck(port))).to.equal(
      `GET http://127.0.0.1:${port}/api/healthcheck: the connection was closed without a response (ECONNRESET)`,
    );
  });

  it('fails if the path cannot be requested', async () => {
    const port = await answering(200);
    expect(await world.verdict(httpCheck(port, '/a b'))).to.match(/^the check could not be run: .*unescaped/);
  });

  it('goes by the headers if the body never ends', async () => {
    const port = await world.http((_request, response) => {
      response.write('data: forever\n\n');
    });
    expect(await world.verdict(httpCheck(port), { timeoutMs: 1_000 })).to.equal('passed');
    await eventually(() => {
      expect(world.connections).to.equal(0);
    });
  });

  it('reads no more of a large body than necessary', async () => {
    let written = 0;
    const port = await world.http((_request, response) => {
      const more = (): void => {
        const chunk = Buffer.alloc(64 * 1024);
        do written += chunk.length;
        while (response.write(chunk));
      };
      response.on('drain', more);
      more();
    });
    const { verdicts } = world.watch(httpCheck(port), { periodMs: 60_000, timeoutMs: 60_000 });
    expect(await verdicts(1)).to.deep.equal(['passed']);
    await eventually(() => {
      expect(world.connections).to.equal(0);
    });
    expect(written).to.be.lessThan(64 * 1024 * 1024);
  });

  it('reuses its connection for the next check, and closes it with the watch', async () => {
    const sockets = new Set<Socket>();
    const port = await world.http((request, response) => {
      requests.seen.push(request);
      sockets.add(request.socket);
      response.end('ok');
    });
    const { end } = world.watch(httpCheck(port));
    await requests.reach(5);
    expect(sockets.size).to.equal(1);
    end();
    await eventually(() => {
      expect(world.connections).to.equal(0);
    });
  });

  it('sends the request again if a reused connection turns out to be closed', async () => {
    const used = new WeakSet<Socket>();
    const port = await world.http((request, response) => {
      requests.seen.push(request);
      if (used.has(request.socket)) request.socket.destroy();
      else response.end('ok');
      used.add(request.socket);
    });
    const { recorded } = world.watch(httpCheck(port));
    await requests.reach(9);
    expect(recorded.verdicts).to.deep.equal(['passed']);
  });

  it('ends a running check with the watch', async () => {
    const port = await world.http((request) => void requests.seen.push(request));
    const { recorded, end } = world.watch(httpCheck(port));
    await requests.reach(1);
    end();
    await eventually(() => {
      expect(world.connections).to.equal(0);
    });
    expect(recorded.verdicts).to.be.empty;
  });
});
