import { expect } from 'chai';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeFetch } from '../../../lib/client/node-fetch.ts';
import { createClient, ProblemError, UnreachableError, type Client } from '../../../lib/client/client.ts';
import { readCertificate } from '../../../lib/http/server/tls-files.ts';
import { FIRST, SECOND } from '../../support/built/certificates.ts';
import { serviceView } from '../../support/control/fake-control.ts';
import { rejection } from '../../support/rejection.ts';
import { journalEntry } from '../../support/store/store-contract.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { ApiUnderTest, fixedTokens, recordingLog } from '../http/api-under-test.ts';

const TOKEN = 'full-token-0123456789';

/** One place in its two spellings: where the API listens, and how a client is told of it. */
interface Place {
  open(): Promise<ApiUnderTest>;
  client(api: ApiUnderTest): Client;
}

function unixPlace(): Place {
  const path = join(temporaryFolder(), 'api.sock');
  return {
    open: () =>
      new ApiUnderTest().open(
        { access: fixedTokens(TOKEN, null), isUnixSocket: true },
        { place: { type: 'unix', path } },
      ),
    client: ({ listening: { url } }) => {
      expect(url).to.equal(`unix:${path}`);
      return createClient({ url, token: TOKEN, fetch: nodeFetch({ url }) });
    },
  };
}

function tlsClient({ listening: { url } }: ApiUnderTest, ca: string | null): Client {
  return createClient({ url, token: TOKEN, fetch: nodeFetch({ url, ca }) });
}

function tlsPlace(): Place {
  const folder = temporaryFolder();
  const files = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
  writeFileSync(files.cert, FIRST.cert);
  writeFileSync(files.key, FIRST.key, { mode: 0o600 });
  return {
    open: () =>
      new ApiUnderTest().open(
        { access: fixedTokens(TOKEN, null) },
        { certificate: readCertificate(files, recordingLog([])) },
      ),
    client: (api) => tlsClient(api, FIRST.cert),
  };
}

for (const [what, placeOf] of [
  ['on a Unix socket', unixPlace],
  ['over TLS with an authority of its own', tlsPlace],
] as const) {
  describe(`the client ${what}`, () => {
    let place: Place;
    let api: ApiUnderTest;
    let client: Client;

    beforeEach(async () => {
      place = placeOf();
      api = await place.open();
      client = place.client(api);
    });
    afterEach(() => api.close());

    it('calls operations, with paths, queries and bodies', async () => {
      api.control.listed.push(serviceView('pump1-corerl'), serviceView('pump2-corerl'));
      expect(await client.startAgent({ body: { config_path: '/plant/pump1.yaml' } })).to.equal('pump1');
      expect((await client.listServices({ query: { limit: 1 } })).next).to.equal('pump1-corerl');
      expect((await client.getService({ id: 'pump2-corerl' })).id).to.equal('pump2-corerl');
      expect(await client.getLiveness()).to.equal('ok');
    });

    it('rejects with the detail of a problem', async () => {
      const error = await rejection(client.getAgent({ id: 'nobody' }));
      expect(error).to.be.instanceOf(ProblemError).and.to.include({ status: 404, code: 'agent_not_found' });
    });

    it('follows events across a restart of the host', async () => {
      const starts: unknown[] = [];
      api.control.feedSource = async function* ({ start }) {
        await Promise.resolve();
        starts.push(start);
        const seq = starts.length;
        yield { items: [{ type: 'event', entry: journalEntry(seq) }], position: seq };
      };
      const leave = new AbortController();
      const told: unknown[] = [];
      for await (const item of client.followEvents({ signal: leave.signal })) {
        told.push(item.type === 'event' ? item.event.seq : item.type);
        if (told.length === 2) leave.abort();
      }
      expect(told).to.deep.equal([1, 2]);
      expect(starts).to.deep.equal([{ type: 'now' }, { type: 'after', seq: 1 }]);
    });

    it('reports an address that no longer responds', async () => {
      const { url } = api.listening;
      await api.close();
      const error = await rejection(client.getHealth());
      expect(error).to.be.instanceOf(UnreachableError).and.to.have.property('message').that.includes(url);
    });
  });
}

describe('the client over TLS', () => {
  it('rejects a host with an untrusted certificate, and says so', async () => {
    const api = await tlsPlace().open();
    for (const ca of [null, SECOND.cert]) {
      const error = await rejection(tlsClient(api, ca).listAgentIds());
      expect(error)
        .to.be.instanceOf(UnreachableError)
        .and.to.have.property('message')
        .that.matches(/self.signed/);
    }
    expect(api.control.calls).to.deep.equal([]);
    await api.close();
  });
});

describe('the client on a Unix socket', () => {
  it('says what is missing without a suitable fetch', async () => {
    const error = await rejection(createClient({ url: 'unix:/run/coredinator/api.sock' }).getHealth());
    expect(error).to.be.instanceOf(UnreachableError);
    expect(error).to.have.property('message').that.includes('unix:/run/coredinator/api.sock').and.includes('fetch');
  });
});
