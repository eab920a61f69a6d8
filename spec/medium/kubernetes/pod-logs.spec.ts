import { expect } from 'chai';
import type { ServerResponse } from 'node:http';
import { KubernetesClient } from '../../../lib/kubernetes/api/client.ts';
import { ANNOTATIONS } from '../../../lib/kubernetes/pods/names.ts';
import { PodLogs } from '../../../lib/kubernetes/output/pod-logs.ts';
import { recordSink } from '../../../lib/logs/sink/record-sink.ts';
import { HERE, type Launch } from '../../../lib/model/process.ts';
import { parseLaunchId } from '../../../lib/model/values/ids.ts';
import type { LogLine } from '../../../lib/model/values/log-line.ts';
import type { LaunchLog, LogMark } from '../../../lib/ports/engine/log-sink.ts';
import { wallTimers } from '../../../lib/ports/wall-timers.ts';
import { eventually } from '../../support/eventually.ts';
import { ScriptedServer, status, type Answer, type SeenRequest } from '../../support/kubernetes/scripted-server.ts';
import { LogsWorld, SERVICE } from '../../support/process/logs-world.ts';

const LAUNCH: Launch = {
  launchId: parseLaunchId('a'.repeat(32)),
  serviceId: SERVICE,
  generation: 1,
  pid: null,
  startTime: 'uid',
  ...HERE,
  launchedAt: 0,
  executablePath: '/opt/pump',
  version: null,
  guarantees: {
    exactExit: true,
    treeComplete: true,
    losslessRotation: false,
    separateStreams: false,
    outputBuffer: null,
  },
};
const POD = { metadata: { name: 'pump-1', annotations: { [ANNOTATIONS.maxLogBytes]: '4096' } } };
const NO_LOG = 'unable to retrieve container logs for containerd://abc\n';

function at(second: number, fraction = '000000000Z'): string {
  return `2026-11-27T10:00:${String(second).padStart(2, '0')}.${fraction}`;
}

/** Sends that as output. */
function output(text: string, then: 'end' | 'tear' | 'open' = 'end'): Answer {
  return (_request, response: ServerResponse) => {
    response.writeHead(200, { 'Content-Type': 'text/plain' });
    response.write(text, () => {
      if (then === 'end') response.end();
      if (then === 'tear') response.destroy();
    });
  };
}

/** What the API answers for these lines, from the second on that is asked for. */
function linesSince(lines: readonly string[], tearAfter: number): Answer {
  return (request, response) => {
    const since = new URL(request.url, 'http://x').searchParams.get('sinceTime') ?? '';
    const rest = lines.filter((line) => line.slice(0, 19) >= since.slice(0, 19));
    const isTorn = rest.length > tearAfter;
    output(rest.slice(0, tearAfter).join(''), isTorn ? 'tear' : 'end')(request, response);
  };
}

describe('the output of a pod', function () {
  this.timeout(20_000);
  let world: LogsWorld;
  let server: ScriptedServer;
  let client: KubernetesClient;
  let logs: PodLogs;
  let bounds: number[];
  /** What the disk does before it takes lines. */
  let disk: () => Promise<void>;

  beforeEach(() => {
    world = new LogsWorld();
    bounds = [];
    disk = () => Promise.resolve();
  });

  afterEach(async () => {
    const closed = logs.close();
    client.close();
    await closed;
    await server.close();
  });

  async function follow(...answers: Answer[]): Promise<void> {
    server = await ScriptedServer.open(answers);
    client = new KubernetesClient({
      access: {
        server: server.url,
        namespace: null,
        credentials: () => Promise.resolve({ headers: {}, isVerified: true }),
      },
      perSecond: 1_000,
    });
    again();
    await world.open();
  }

  function slowed(log: LaunchLog): LaunchLog {
    return {
      get mark(): LogMark | null {
        return log.mark;
      },
      append: (written) => disk().then(() => log.append(written)),
      close: () => log.close(),
    };
  }

  function again(): void {
    logs = new PodLogs({
      client,
      namespace: 'plant',
      sink: {
        open: async (serviceId, generation, maxBytes) => {
          bounds.push(maxBytes);
          return slowed(await recordSink(world.stateDir).open(serviceId, generation, maxBytes));
        },
      },
      timers: wallTimers,
      log: world.log,
    });
    logs.follow(LAUNCH, POD);
  }

  const query = ({ url }: SeenRequest): Record<string, string> =>
    Object.fromEntries(new URL(url, 'http://x').searchParams);

  async function lines(): Promise<readonly LogLine[]> {
    return (await world.all()).filter((item) => item.type === 'line');
  }

  async function texts(): Promise<readonly string[]> {
    return (await lines()).map(({ text }) => text);
  }

  async function has(...expected: string[]): Promise<void> {
    await eventually(async () => {
      expect(await texts()).to.deep.equal(expected);
    });
  }

  it('is followed with its times, which are those of the log in UTC', async () => {
    await follow(output(`${at(1)} one\n${at(2, '5+02:00')} two\n${at(3)} \n`, 'open'));
    await has('one', 'two', '');
    expect(server.requests[0]!.url.split('?')[0]).to.equal('/api/v1/namespaces/plant/pods/pump-1/log');
    expect(query(server.requests[0]!)).to.deep.equal({ timestamps: 'true', follow: 'true' });
    // The second is 2026-11-27T08:00:02.5Z, and a log is sorted.
    expect((await lines()).map((line) => line.at)).to.deep.equal([at(1), at(1), at(3)]);
  });

  it('is kept up to the limit of its service', async () => {
    await follow(output(`${at(1)} one\n`, 'open'));
    await has('one');
    expect(bounds).to.deep.equal([4_096]);
  });

  it('loses and doubles nothing over 15 tears, with many lines of one time (airflow 33498, 39236, 39861; kanister 2903)', async () => {
    const written = Array.from(
      { length: 1_500 },
      (_, index) => `${at(Math.floor(index / 90), '123456789Z')} ${index}\n`,
    );
    await follow(linesSince(written, 160));
    await has(...written.map((_, index) => String(index)));
    await logs.drained(LAUNCH.launchId);
    expect(await texts()).to.have.length(1_500);
    expect(server.requests.length).to.be.at.least(15);
  });

  it('continues within seconds if a follow goes silent after a rotation (k8s 59902, 108678, 115701, 126564)', async () => {
    const long = 'x'.repeat(1_000);
    const many = Array.from({ length: 1_100 }, (_, index) => `${at(1, '000000001Z')} ${index} ${long}\n`);
    await follow(output(many.join(''), 'open'), output(`${at(2)} after\n`, 'open'));
    const from = performance.now();
    await eventually(async () => {
      expect((await texts()).at(-1)).to.equal('after');
    }, 15_000);
    expect(performance.now() - from).to.be.lessThan(12_000);
    // The beginning is released, because its service keeps less than that.
    const numbers = (await texts()).slice(0, -1).map((text) => Number(text.split(' ')[0]));
    expect(numbers.at(-1)).to.equal(1_099);
    expect(numbers).to.deep.equal(numbers.map((_, index) => index + numbers[0]!));
  });

  it('is continued by the next host where the log ends', async () => {
    const written = [`${at(1)} one\n`, `${at(2)} two\n`];
    await follow(output(written.join(''), 'open'), output([...written, `${at(2)} three\n`].slice(1).join(''), 'open'));
    await has('one', 'two');
    await logs.close();
    again();
    await has('one', 'two', 'three');
    expect(query(server.requests[1]!)).to.include({ sinceTime: '2026-11-27T10:00:02Z' });
  });

  it('is no longer written once a host has closed, so that the next one may', async () => {
    let isSlow = false;
    let take = (): void => undefined;
    disk = () => {
      isSlow = true;
      return new Promise((resolve) => (take = resolve));
    };
    await follow(output(`${at(1)} one\n`, 'open'));
    await eventually(() => {
      expect(isSlow).to.equal(true);
    });
    let isClosed = false;
    const closed = logs.close().then(() => (isClosed = true));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(isClosed, 'while lines are being written').to.equal(false);
    take();
    await closed;
    expect(await texts()).to.deep.equal(['one']);
  });

  it('does not take a sentence of the kubelet for a line', async () => {
    await follow(output(`${at(1)} one\n${NO_LOG}`), output(`${at(1)} one\n${at(2)} two\n`, 'open'));
    await has('one', 'two');
  });

  it('is drained of what came after the follow, when its container has ended', async () => {
    await follow(
      output(`${at(1)} one\n`),
      status(500, 'InternalError', 'dial tcp'),
      output(`${at(1)} one\n${at(2)} two\n`),
    );
    await has('one');
    await logs.drained(LAUNCH.launchId);
    await has('one', 'two');
    expect(query(server.requests.at(-1)!)).to.include({ follow: 'false' });
  });

  it('is given up if its container is gone, and the log says so', async () => {
    await follow(output(`${at(1)} one\n`), output(NO_LOG));
    await has('one');
    await logs.drained(LAUNCH.launchId);
    expect(world.log.records.map(({ message }) => message).join()).to.include(
      'the last output of a pod cannot be read and is lost',
    );
  });

  it('is not asked for again once its pod is gone', async () => {
    await follow(output(`${at(1)} one\n`), status(404, 'NotFound', 'pods "pump-1" not found'));
    await has('one');
    await logs.drained(LAUNCH.launchId);
    expect(await texts()).to.deep.equal(['one']);
  });

  it('is complete if the pod is deleted while it is followed', async () => {
    let end = (): void => undefined;
    await follow(
      (_request, response) => {
        response.writeHead(200);
        response.write(`${at(1)} one\n`);
        end = () => response.end(`${at(2)} two\n`);
      },
      status(404, 'NotFound', 'pods "pump-1" not found'),
    );
    await has('one');
    const drained = logs.drained(LAUNCH.launchId);
    end();
    await drained;
    expect(await texts()).to.deep.equal(['one', 'two']);
  });
});
