import { expect } from 'chai';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import { PodCommands } from '../../../lib/kubernetes/launching/run-in-pod.ts';
import { podName } from '../../../lib/kubernetes/pods/names.ts';
import type { CommandEnd } from '../../../lib/ports/engine/command-runner.ts';
import { wallTimers } from '../../../lib/ports/wall-timers.ts';
import { probeTarget } from '../../support/probe/probe-specs.ts';

const { launch } = probeTarget('pump');

/** What the API server sends, each behind the number of its channel. */
function channel(number: number, text: string): Buffer {
  return Buffer.concat([Buffer.from([number]), Buffer.from(text)]);
}

describe('a command in a pod', function () {
  this.timeout(10_000);
  let server: Server;
  let urls: string[];
  let answer: (socket: WebSocket) => void;
  let refusal: number | null;

  beforeEach(async () => {
    urls = [];
    refusal = null;
    server = createServer();
    const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => 'v4.channel.k8s.io' });
    server.on('upgrade', (request, socket, head) => {
      urls.push(request.url ?? '');
      if (refusal === null) {
        sockets.handleUpgrade(request, socket, head, (one) => {
          answer(one);
        });
        return;
      }
      const body = JSON.stringify({ kind: 'Status', code: refusal, message: 'pods "pump" is forbidden' });
      socket.end(`HTTP/1.1 ${refusal} No\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });

  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  async function run(limitMs = 5_000): Promise<{ readonly end: CommandEnd; readonly hasBegun: boolean }> {
    const { port } = server.address() as AddressInfo; // it listens on TCP
    let hasBegun = false;
    const commands = new PodCommands({
      access: {
        server: `http://127.0.0.1:${port}`,
        namespace: null,
        credentials: () => Promise.resolve({ headers: {}, isVerified: true }),
      },
      ...{ namespace: 'plant', instanceId: 'i', basePath: '/opt/plant', timers: wallTimers },
    });
    const end = await commands.run(launch, { command: ['check', '$HOME'], cwd: null, limitMs }, () => {
      hasBegun = true;
    });
    return { end, hasBegun };
  }

  it('is run by the shim there, with the environment of the permit', async () => {
    answer = (socket) => {
      socket.send(channel(3, JSON.stringify({ status: 'Success' })));
    };
    expect(await run()).to.deep.equal({ end: { type: 'exited', code: 0, stderr: '' }, hasBegun: true });
    const url = new URL(urls[0]!, 'http://x');
    expect(url.pathname).to.equal(`/api/v1/namespaces/plant/pods/${podName('i', launch.serviceId)}/exec`);
    expect(url.searchParams.getAll('command')).to.deep.equal([
      ...['/coredinator/shim/coredinator-shim', 'exec', '5000', '/coredinator/permit/environment', '/opt/plant'],
      ...['check', '$HOME'],
    ]);
    expect(url.searchParams.get('stdout')).to.equal(null);
    expect(url.searchParams.get('stderr')).to.equal('true');
  });

  it('ends with its code and what it wrote to stderr', async () => {
    answer = (socket) => {
      socket.send(channel(2, 'no answer\n'));
      const causes = [{ reason: 'ExitCode', message: '2' }];
      socket.send(channel(3, JSON.stringify({ status: 'Failure', details: { causes } })));
    };
    expect((await run()).end).to.deep.equal({ type: 'exited', code: 2, stderr: 'no answer\n' });
  });

  it('is refused by name without the right to run commands', async () => {
    refusal = 403;
    const { end, hasBegun } = await run();
    expect(end).to.have.property('type', 'refused');
    expect(end).to.have.property('reason').that.includes('is forbidden');
    expect(hasBegun).to.equal(false);
  });

  it('is unknown if there is no such pod, or the connection breaks', async () => {
    refusal = 404;
    expect((await run()).end).to.deep.equal({ type: 'unknown' });
    refusal = null;
    answer = (socket) => {
      socket.terminate();
    };
    expect((await run()).end).to.deep.equal({ type: 'unknown' });
  });
});
