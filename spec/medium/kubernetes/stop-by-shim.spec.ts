import { expect } from 'chai';
import { WebSocketServer } from 'ws';
import { parseServiceId } from '../../../lib/model/values/ids.ts';
import { FakeClusterWorld, pause } from '../../support/kubernetes/fake-cluster-world.ts';

const PUMP = parseServiceId('pump');
const STOP = { signal: 'SIGINT', graceMs: 5_000 } as const;
const [SIGINT, SIGKILL] = [2, 9];
const SUCCESS = Buffer.concat([Buffer.from([3]), Buffer.from(JSON.stringify({ status: 'Success' }))]);

/** What becomes of a signal; `lost`: it arrives, but not the answer. */
type Answer = 'carried out' | 'ignored' | 'lost' | number;

describe('a stop of a pod', () => {
  let world: FakeClusterWorld;
  let signals: number[];
  let answers: Answer[];

  beforeEach(async () => {
    world = await FakeClusterWorld.open();
    [signals, answers] = [[], []];
    const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => 'v4.channel.k8s.io' });
    world.cluster.onExec((request, socket, head) => {
      const signal = Number(new URL(request.url ?? '', 'http://x').searchParams.getAll('command').at(-1));
      const answer = answers.shift() ?? 'ignored';
      signals.push(signal);
      if (typeof answer === 'number') {
        socket.end(`HTTP/1.1 ${answer} No\r\nContent-Length: 0\r\n\r\n`);
        return;
      }
      sockets.handleUpgrade(request, socket, head, (one) => {
        if (answer === 'lost') one.terminate();
        else one.send(SUCCESS);
        if (answer !== 'ignored') world.cluster.end(world.pod(PUMP), 128 + signal, { code: null, signal });
      });
    });
    await world.launch(PUMP);
  });

  afterEach(() => world.dispose());

  it('asks the shim, and lets the pod be until its end is known', async () => {
    answers = ['carried out'];
    world.cluster.endsDeleted = false; // a deletion would end nothing
    expect(await world.host.stop(PUMP, STOP)).to.include({ signal: 'SIGINT', isKnown: true });
    expect(signals).to.deep.equal([SIGINT]);
  });

  it('kills what has not ended when its grace is over', async () => {
    answers = ['ignored', 'carried out'];
    expect(await world.host.stop(PUMP, STOP)).to.include({ signal: 'SIGKILL', isKnown: true });
    expect(signals).to.deep.equal([SIGINT, SIGKILL]);
  });

  it('sends no second signal if the answer to the first is lost', async () => {
    answers = ['lost'];
    expect(await world.host.stop(PUMP, STOP)).to.include({ signal: 'SIGINT', isKnown: true });
    expect(signals).to.deep.equal([SIGINT]);
  });

  it('asks again while its node does not answer', async () => {
    answers = [500, 503, 'carried out'];
    expect(await world.host.stop(PUMP, STOP)).to.include({ signal: 'SIGINT', isKnown: true });
    expect(signals).to.deep.equal([SIGINT, SIGINT, SIGINT]);
  });

  it('deletes the pod if the host may not ask', async () => {
    answers = [403];
    expect(await world.host.stop(PUMP, STOP)).to.include({ signal: 'SIGTERM', isKnown: true });
    expect(signals).to.deep.equal([SIGINT]);
  });

  it('does not delete the pod if it has ended, and its kubelet only reports that later: its output would be lost', async () => {
    answers = [404];
    const stopping = world.host.stop(PUMP, STOP);
    await pause(2);
    world.cluster.end(world.pod(PUMP), 137, { code: null, signal: SIGKILL });
    expect(await stopping).to.include({ signal: 'SIGKILL', isKnown: true }); // a deletion would have sent SIGTERM
  });

  it('deletes the pod if its shim does not carry that out', async () => {
    answers = ['ignored', 'ignored'];
    expect(await world.host.stop(PUMP, STOP)).to.include({ signal: 'SIGTERM', isKnown: true });
    expect(signals).to.deep.equal([SIGINT, SIGKILL]);
  });
});
