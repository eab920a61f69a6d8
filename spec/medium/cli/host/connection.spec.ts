import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import { nodeFetch } from '../../../../lib/client/node-fetch.ts';
import { readCertificate } from '../../../../lib/http/server/tls-files.ts';
import { FIRST, SECOND } from '../../../support/built/certificates.ts';
import { runCommand, type CommandEnd } from '../../../support/command.ts';
import { rejection } from '../../../support/rejection.ts';
import { temporaryFolder } from '../../../support/temporary.ts';
import { ApiUnderTest, fixedTokens, recordingLog } from '../../http/api-under-test.ts';

const FULL = 'full-token-of-the-plant';
const READ_ONLY = 'read-only-token-of-the-plant';

describe('the connection to a host', () => {
  let api: ApiUnderTest;
  let folder: string;

  beforeEach(() => {
    api = new ApiUnderTest();
    folder = temporaryFolder();
  });
  afterEach(() => api.close());

  function file(name: string, text: string): string {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  }

  function list(words: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<CommandEnd> {
    return runCommand(['agents', 'list', ...words], env);
  }

  describe('with tokens', () => {
    beforeEach(() => api.open({ access: fixedTokens(FULL, READ_ONLY) }));

    it('uses one from a file, from the file in the environment, or from the environment, in this order', async () => {
      const COREDINATOR_URL = api.listening.url;
      const right = file('right', `# the plant\n${FULL}\n`);
      const wrong = file('wrong', 'another-token-of-the-plant\n');
      const codes = [
        await list(['--token-file', right], { COREDINATOR_URL, COREDINATOR_TOKEN_FILE: wrong }),
        await list([], {
          COREDINATOR_URL,
          COREDINATOR_TOKEN_FILE: right,
          COREDINATOR_TOKEN: 'another-token-of-the-plant',
        }),
        await list([], { COREDINATOR_URL, COREDINATOR_TOKEN: FULL }),
        await list(['--token-file', wrong], { COREDINATOR_URL, COREDINATOR_TOKEN: FULL }),
      ].map(({ code }) => code);
      expect(codes).to.deep.equal([0, 0, 0, 1]);
    });

    it('says what to do if one is missing, invalid or read-only, and prints none', async () => {
      const { url } = api.listening;
      const missing = await list(['--url', url]);
      expect(missing.code).to.equal(1);
      expect(missing.errors).to.include('hint: provide a token with --token-file or COREDINATOR_TOKEN');
      const wrong = await list(['--url', url], { COREDINATOR_TOKEN: 'another-token-of-the-plant' });
      expect(wrong.errors)
        .to.include('The token is not valid for this host')
        .and.to.include('--token-file')
        .and.not.to.include('another-token');
      const words = ['services', 'start', 'x', '--url', url, '--token-file', file('read', READ_ONLY)];
      expect((await runCommand(words)).errors).to.include('hint: provide a token with full access');
    });

    it('ends with 2 for a file without a token', async () => {
      const { code, errors } = await list(['--url', api.listening.url, '--token-file', file('empty', '')]);
      expect(code).to.equal(2);
      expect(errors).to.include('contains no token');
    });
  });

  it('can be a Unix socket, also from the host.json of a state directory', async () => {
    const path = join(folder, 's');
    await api.open({ isUnixSocket: true }, { place: { type: 'unix', path } });
    expect((await list(['--url', `unix:${path}`])).code).to.equal(0);
    mkdirSync(join(folder, '.coredinator'));
    file('.coredinator/host.json', JSON.stringify({ pid: 1, url: `unix:${path}` }));
    expect((await list(['--base-path', folder])).code).to.equal(0);
    expect((await list(['--state-dir', join(folder, '.coredinator')])).code).to.equal(0);
    expect((await list([], { COREDINATOR_BASE_PATH: folder })).code).to.equal(0);
  });

  it('can use TLS with a private authority, and says so if that is missing', async () => {
    const files = { cert: file('cert.pem', FIRST.cert), key: file('key.pem', FIRST.key) };
    await api.open({}, { certificate: readCertificate(files, recordingLog([])) });
    const { url } = api.listening;
    expect(url).to.match(/^https:/);
    expect((await list(['--url', url, '--ca', files.cert])).code).to.equal(0);
    expect((await list(['--url', url], { COREDINATOR_CA: files.cert })).code).to.equal(0);
    const unknown = await list(['--url', url, '--ca', file('other.pem', SECOND.cert)]);
    expect(unknown.code).to.equal(4);
    expect(unknown.errors).to.include('provide the CA certificate with --ca');
    const none = await list(['--url', url, '--ca', files.key]);
    expect(none.code).to.equal(2);
    expect(none.errors).to.include('contains no certificate');
    const plain = await list(['--url', url.replace('https:', 'http:')]);
    expect(plain.code).to.equal(4);
    expect(plain.errors).to.include(`with TLS, use --url ${url}`);
  });

  it('ends with 4 if there is no host, and says what to do', async () => {
    const empty = await list(['--base-path', folder]);
    expect(empty.code).to.equal(4);
    expect(empty.errors).to.include('it contains no host.json. Start one with').and.not.to.include('ENOENT');
    mkdirSync(join(folder, '.coredinator'));
    await api.open();
    const { url } = api.listening;
    await api.close();
    file('.coredinator/host.json', JSON.stringify({ pid: 1, url }));
    expect((await list(['--base-path', folder])).errors).to.include('ended without a clean shutdown; start it again');
    expect((await list(['--url', url])).errors)
      .to.include('ECONNREFUSED')
      .and.to.include('correct the URL');
    file('.coredinator/host.json', JSON.stringify({ pid: 1, url: null }));
    expect((await list(['--base-path', folder])).errors).to.include('is still starting');
    const asJson = await list(['--url', url, '--json']);
    expect([asJson.code, asJson.output]).to.deep.equal([4, '']);
    expect(JSON.parse(asJson.errors)).to.include({ title: 'Host not reachable' });
  });

  describe('to something else', () => {
    let other: Server;
    let url: string;
    const bodies: string[] = [];

    beforeEach(async () => {
      bodies.length = 0;
      other = createServer((request, response) => {
        let body = '';
        request.on('data', (chunk: Buffer) => (body += chunk.toString()));
        request.on('end', () => {
          bodies.push(body);
          if (request.url === '/never') return;
          if (request.url === '/host') response.setHeader('x-corerl-version', '1.0.0');
          response.end('{"agents": []}');
        });
      });
      await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
      url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`; // of a TCP server
    });
    afterEach((done) => {
      other.closeAllConnections();
      other.close(done);
    });

    it('ends with 4, because it is not a host', async () => {
      for (const words of [['agents', 'list'], ['services', 'logs', 'x', '-f'], ['top']]) {
        const { code, errors } = await runCommand([...words, '--url', url]);
        expect(code, words.join(' ')).to.equal(4);
        expect(errors).to.include('the response is not from Coredinator: 200 OK');
      }
    });

    it('ends with 5 if a command is not accepted in time', async () => {
      other.removeAllListeners('request');
      const words = ['agents', 'start', '/plant/pump1.yaml', '--timeout', '50ms', '--url', url];
      const { code, errors } = await runCommand(words);
      expect(code).to.equal(5);
      expect(errors)
        .to.include('did not answer within 0.05 s')
        .and.to.include('for details run `coredinator agents list`');
    });

    it('sends a body once, and gives up if there is no response', async () => {
      const fetch = nodeFetch({ url, timeoutMs: 50 });
      const request = { method: 'POST', headers: {}, body: '{"a":1}' } as const;
      const answer = await fetch(new URL('/host', url), request);
      expect(await answer.json()).to.deep.equal({ agents: [] });
      expect(bodies).to.deep.equal(['{"a":1}']);
      expect(await rejection(fetch(new URL('/never', url), request))).to.match(/did not answer for 0.05 s/);
    });
  });

  it('follows a host that restarts at another address', async () => {
    await api.open();
    const first = api.listening.url;
    let place = first;
    const fetch = nodeFetch({ url: () => place });
    const get = { method: 'GET', headers: {} } as const;
    expect((await fetch(new URL('/livez', first), get)).status).to.equal(200);
    const next = await new ApiUnderTest().open();
    await api.close();
    try {
      place = next.listening.url;
      expect((await fetch(new URL('/livez', first), get)).status).to.equal(200);
    } finally {
      await next.close();
    }
  });
});
