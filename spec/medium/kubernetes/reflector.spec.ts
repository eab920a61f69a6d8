import { expect } from 'chai';
import type { ServerResponse } from 'node:http';
import { KubernetesClient } from '../../../lib/kubernetes/api/client.ts';
import type { ApiObject } from '../../../lib/kubernetes/api/objects.ts';
import { Reflector, type ReflectorOptions } from '../../../lib/kubernetes/watch/reflector.ts';
import { wallTimers } from '../../../lib/ports/wall-timers.ts';
import { eventually } from '../../support/eventually.ts';
import { json, ScriptedServer, status, type Answer } from '../../support/kubernetes/scripted-server.ts';

const PATH = '/api/v1/namespaces/plant/pods';
const silent = (): void => undefined;
const log = { debug: silent, info: silent, warn: silent, error: silent };

function pod(name: string, resourceVersion: string, uid = `uid-${name}`): ApiObject {
  return { metadata: { name, uid, resourceVersion } };
}

function list(version: string, ...items: readonly ApiObject[]): Answer {
  return json(200, { metadata: { resourceVersion: version }, items });
}

/** A watch that sends events and then `ends`, breaks off, or stays open. */
function watch(events: readonly object[], then: 'ends' | 'breaks' | 'stays'): Answer {
  return (_request, response) => {
    response.writeHead(200);
    response.write(events.map((event) => `${JSON.stringify(event)}\n`).join(''));
    if (then === 'ends') response.end();
    if (then === 'breaks') setTimeout(() => response.destroy(), 20);
  };
}

describe('the reflector of a collection', () => {
  let server: ScriptedServer;
  let client: KubernetesClient;
  let reflector: Reflector<ApiObject>;
  let observed: string[];
  let gone: string[];
  let reached: unknown[];

  afterEach(async () => {
    reflector.close();
    client.close();
    await server.close();
  });

  async function follow(answers: readonly Answer[], options: Partial<ReflectorOptions<ApiObject>> = {}): Promise<void> {
    server = await ScriptedServer.open(answers);
    const credentials = (): Promise<{ headers: object; isVerified: true }> =>
      Promise.resolve({ headers: {}, isVerified: true });
    client = new KubernetesClient({
      access: { server: server.url, namespace: null, credentials: credentials as never },
    });
    [observed, gone, reached] = [[], [], []];
    reflector = new Reflector<ApiObject>({
      ...{ client, path: PATH, labelSelector: 'a=b', timers: wallTimers, log },
      clock: { now: Date.now, random: () => 0 },
      observed: ({ metadata }) => void observed.push(`${metadata.name}@${metadata.resourceVersion}`),
      gone: ({ metadata }) => void gone.push(`${metadata.name}@${metadata.uid}`),
      reached: (error) => void reached.push(error),
      ...options,
    });
    await reflector.start();
  }

  function watches(): readonly URLSearchParams[] {
    return server.requests
      .map(({ url }) => new URL(url, server.url).searchParams)
      .filter((query) => query.get('watch') === 'true');
  }

  function lists(): number {
    return server.requests.filter(({ url }) => url.startsWith(`${PATH}?`) && !url.includes('watch')).length;
  }

  it('lists, and watches from there with bookmarks and an end', async () => {
    await follow([list('7', pod('pump', '5')), watch([{ type: 'MODIFIED', object: pod('pump', '8') }], 'stays')]);
    await eventually(() => expect(observed).to.deep.equal(['pump@5', 'pump@8']));
    expect(Object.fromEntries(watches()[0]!)).to.deep.equal({
      watch: 'true',
      allowWatchBookmarks: 'true',
      timeoutSeconds: '240',
      resourceVersion: '7',
      labelSelector: 'a=b',
    });
  });

  it('reads a long list in pages', async () => {
    await follow([
      json(200, { metadata: { resourceVersion: '7', continue: 'more' }, items: [pod('pump', '1')] }),
      list('7', pod('valve', '2')),
      watch([], 'stays'),
    ]);
    expect(observed).to.deep.equal(['pump@1', 'valve@2']);
    expect(server.requests[1]!.url).to.include('continue=more');
  });

  it('watches on from the last version, bookmarks included, when a watch ends or breaks off', async () => {
    await follow([
      list('7'),
      watch([{ type: 'ADDED', object: pod('pump', '8') }], 'breaks'),
      watch([{ type: 'BOOKMARK', object: pod('', '20') }], 'ends'),
      watch([], 'stays'),
    ]);
    await eventually(() => expect(watches()).to.have.length(3));
    expect(watches().map((query) => query.get('resourceVersion'))).to.deep.equal(['7', '8', '20']);
    expect(lists()).to.equal(1);
    expect(reached).to.deep.equal([]);
  });

  for (const [how, answer] of [
    ['as a status', status(410, 'Expired', 'too old resource version: 7 (9)')],
    [
      'as an event in a 200 whose connection stays open',
      watch([{ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } }], 'stays'),
    ],
  ] as const) {
    it(`lists again after 410 ${how} (airflow 21087, 23521, 37369; fabric8 2135)`, async () => {
      await follow([list('7'), answer, list('9', pod('pump', '8')), watch([], 'stays')]);
      await eventually(() => expect(watches()).to.have.length(2));
      expect(watches()[1]!.get('resourceVersion')).to.equal('9');
      expect(observed).to.deep.equal(['pump@8']);
    });
  }

  it('tears a watch that dies silently, and misses nothing (kubespawner 209, 223, 577, 938; client-node 596, 958)', async () => {
    await follow([list('7'), watch([], 'stays'), watch([{ type: 'ADDED', object: pod('pump', '8') }], 'stays')], {
      idleMs: 100,
    });
    await eventually(() => expect(observed).to.include('pump@8'));
  });

  it('takes a line that is no event for a reason to list again', async () => {
    const torn: Answer = (_request, response) => void response.writeHead(200).write('{"type":"ADD\n');
    await follow([list('7'), torn, list('9', pod('pump', '8')), watch([], 'stays')]);
    await eventually(() => expect(observed).to.deep.equal(['pump@8']));
  });

  it('takes a deletion as such, after the last state', async () => {
    await follow([list('7', pod('pump', '5')), watch([{ type: 'DELETED', object: pod('pump', '8') }], 'stays')]);
    await eventually(() => expect(gone).to.deep.equal(['pump@uid-pump']));
    expect(observed).to.deep.equal(['pump@5', 'pump@8']);
    expect(reflector.get('pump')).to.equal(null);
  });

  describe('asks for what is missing from a list (Spark 33711, 44609), which', () => {
    const expired = status(410, 'Expired', 'too old');

    it('may still be there', async () => {
      await follow([list('7', pod('pump', '5')), expired, list('9'), json(200, pod('pump', '5')), watch([], 'stays')]);
      await eventually(() => expect(watches()).to.have.length(2));
      expect(server.requests[3]!.url).to.equal(`${PATH}/pump`);
      expect(gone).to.deep.equal([]);
      expect(reflector.get('pump')).not.to.equal(null);
    });

    it('is gone if that says so', async () => {
      const missing = status(404, 'NotFound', 'pods "pump" not found');
      await follow([list('7', pod('pump', '5')), expired, list('9'), missing, watch([], 'stays')]);
      await eventually(() => expect(gone).to.deep.equal(['pump@uid-pump']));
    });

    it('is not gone while that cannot be asked', async () => {
      const away = status(500, 'InternalError', 'etcd is away');
      await follow([
        list('7', pod('pump', '5')),
        expired,
        list('9'),
        away,
        list('9', pod('pump', '5')),
        watch([], 'stays'),
      ]);
      await eventually(() => expect(watches()).to.have.length(2));
      expect(gone).to.deep.equal([]);
    });

    it('may have been replaced by one with the same name', async () => {
      await follow([list('7', pod('pump', '5')), expired, list('9', pod('pump', '8', 'uid-2')), watch([], 'stays')]);
      await eventually(() => expect(gone).to.deep.equal(['pump@uid-pump']));
      expect(observed).to.deep.equal(['pump@5', 'pump@8']);
    });
  });

  it('says once that it cannot follow, and once that it can again', async () => {
    const away = status(500, 'InternalError', 'etcd is away');
    await follow([list('7'), away, away, away, watch([], 'stays')]);
    await eventually(() => expect(reached).to.have.length(2));
    expect(reached[1]).to.equal(null);
    expect(String(reached[0])).to.include('etcd is away');
    expect(reflector.error).to.equal(null);
  });

  it('asks less and less often while the API server is away (client-node 1933; kubespawner 209)', async () => {
    const away = status(500, 'InternalError', 'etcd is away');
    const waits: number[] = [];
    const timers = {
      ...wallTimers,
      setTimeout: (wake: () => void, ms: number) => {
        if (ms <= 5_000) waits.push(ms);
        return wallTimers.setTimeout(wake, ms <= 5_000 ? 0 : ms);
      },
    };
    await follow([list('7'), away], { timers, clock: { now: Date.now, random: () => 0.999 } });
    await eventually(() => expect(waits.length).to.be.greaterThan(12));
    for (const wait of waits.slice(7)) expect(wait).to.be.within(4_900, 5_000);
    expect(waits[0]).to.be.lessThan(300);
  });

  it('does not storm a server that ends every watch at once', async () => {
    const responses: ServerResponse[] = [];
    const ends: Answer = (_request, response) => {
      responses.push(response);
      response.writeHead(200).end();
    };
    await follow([list('7'), ends]);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(responses.length).to.be.within(2, 6);
  });

  it('ends when it is closed, wherever it is', async () => {
    await follow([list('7'), watch([], 'stays')]);
    await eventually(() => expect(watches()).to.have.length(1));
    reflector.close();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(server.requests).to.have.length(2);
    await reflector.synced();
  });
});
