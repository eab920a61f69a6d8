import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import { ListenError } from '../../../../lib/http/server/listen-error.ts';
import { temporaryFolder } from '../../../support/temporary.ts';
import { ApiUnderTest, fixedTokens } from '../api-under-test.ts';

const FULL = 'full-token-0123456789';

describe('the API on a Unix socket', () => {
  let folder: string;
  let path: string;
  const apis: ApiUnderTest[] = [];

  beforeEach(() => {
    folder = temporaryFolder();
    path = join(folder, 'api.sock');
  });
  afterEach(async () => {
    for (const api of apis.splice(0)) await api.close();
  });

  async function open(options: Parameters<ApiUnderTest['open']>[0] = {}): Promise<ApiUnderTest> {
    const api = await new ApiUnderTest().open({ isUnixSocket: true, ...options }, { place: { type: 'unix', path } });
    apis.push(api);
    return api;
  }

  async function refusal(): Promise<unknown> {
    return open().catch((error: unknown) => error);
  }

  /** A socket file whose program is gone without having taken it away. */
  function leaveStale(): void {
    const code = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
    spawnSync(process.execPath, ['-e', code]);
    expect(statSync(path).isSocket()).to.equal(true);
  }

  it('has a URL with its path and responds there', async () => {
    const api = await open();
    expect(api.listening.url).to.equal(`unix:${path}`);
    expect(await api.send('GET', '/livez')).to.include({ status: 200 });
  });

  for (const mask of [0o000, 0o022, 0o777]) {
    it(`accepts only its owner, even under a umask of ${mask.toString(8)}, which stays unchanged`, async () => {
      const before = process.umask(mask);
      try {
        await open();
      } finally {
        expect(process.umask(before)).to.equal(mask);
      }
      expect((statSync(path).mode & 0o777).toString(8)).to.equal('600');
    });
  }

  it('accepts any Host, because no name resolves to it, but requires one', async () => {
    const api = await open();
    for (const host of ['localhost', 'evil.example', 'x']) {
      expect(await api.send('GET', '/api/agents', { headers: { host } })).to.include({ status: 200 });
    }
    expect(await api.raw('GET /livez HTTP/1.1\r\nConnection: close\r\n\r\n')).to.match(/^HTTP\/1\.1 400 /);
  });

  it('rejects pages of other origins like any other address', async () => {
    const api = await open();
    const headers = { host: 'localhost', origin: 'http://evil.example' };
    expect(await api.send('GET', '/api/agents', { headers })).to.include({ status: 403 });
  });

  it('requires tokens if configured; all clients share one count of failures', async () => {
    const api = await open({ access: fixedTokens(FULL, null) });
    const status = async (token: string): Promise<number> =>
      (await api.send('GET', '/api/agents', { headers: { authorization: `Bearer ${token}` } })).status;
    for (let sent = 0; sent < 10; sent += 1) expect(await status('wrong')).to.equal(401);
    expect(await status('wrong')).to.equal(429);
    expect(await status(FULL)).to.equal(200);
  });

  it('is removed when the API has closed', async () => {
    const api = await open();
    await api.close();
    expect(existsSync(path)).to.equal(false);
  });

  it('replaces the socket of a killed host', async () => {
    leaveStale();
    const api = await open();
    expect(await api.send('GET', '/livez')).to.include({ status: 200 });
  });

  it('leaves a socket alone that a program uses', async () => {
    const other = createServer((socket) => socket.on('error', () => undefined).end('mine'));
    await new Promise<void>((resolve) => other.listen(path, resolve));
    try {
      const error = await refusal();
      expect(error).to.be.instanceOf(ListenError).and.include({ code: 'EADDRINUSE' });
      expect(error).to.have.property('message').that.contains(path).and.contains('--listen');
      expect(existsSync(path)).to.equal(true);
    } finally {
      other.close();
    }
  });

  for (const [what, make] of [
    [
      'a file',
      (at: string) => {
        writeFileSync(at, 'precious');
      },
    ],
    [
      'a folder',
      (at: string) => {
        mkdirSync(at);
      },
    ],
  ] as const) {
    it(`leaves ${what} with its name alone`, async () => {
      make(path);
      const error = await refusal();
      expect(error).to.be.instanceOf(ListenError).and.include({ code: 'EEXIST' });
      expect(error).to.have.property('message').that.contains(path);
      expect(existsSync(path)).to.equal(true);
    });
  }

  it('reports that its folder does not exist', async () => {
    rmSync(folder, { recursive: true });
    const error = await refusal();
    expect(error).to.be.instanceOf(ListenError);
    expect(error).to.have.property('message').that.contains(path).and.contains('folder');
  });
});
