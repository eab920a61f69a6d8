import { expect } from 'chai';
import { join } from 'node:path';
import { userInfo } from 'node:os';
import { openAccess } from '../../../../lib/http/access/tokens.ts';
import { kernelPeerUsers } from '../../../../lib/host/peer-users.ts';
import type { CommandSource } from '../../../../lib/model/command-source.ts';
import { userName } from '../../../../lib/process/os/accounts.ts';
import { temporaryFolder } from '../../../support/temporary.ts';
import { ApiUnderTest, recordingLog } from '../api-under-test.ts';

const ANNA = 'the-token-of-anna';
const NOBODY = 'a-token-without-a-name';
const STOP = '/api/agents/pump1/stop';

describe('the source of a command', () => {
  let api: ApiUnderTest;

  afterEach(() => api.close());

  async function sourceOf(headers: Readonly<Record<string, string>> = {}): Promise<CommandSource | undefined> {
    const { status } = await api.send('POST', STOP, { headers });
    expect(status).to.equal(200);
    return api.control.calls.at(-1)?.origin?.source;
  }

  it('has the name of the token, also of a session that began with it', async () => {
    const tokens = [
      { token: ANNA, name: 'anna' },
      { token: NOBODY, name: null },
    ];
    const access = openAccess({ full: { type: 'value', tokens }, readOnly: null }, recordingLog([]));
    api = await new ApiUnderTest().open({ access });
    const authorization = `Bearer ${ANNA}`;
    expect(await sourceOf({ authorization })).to.include({ actor: 'anna', address: '127.0.0.1' });
    const { headers } = await api.send('POST', '/api/session', { headers: { authorization } });
    const [cookie = ''] = String(headers['set-cookie']).split(';');
    const origin = `http://127.0.0.1:${api.port}`;
    expect(await sourceOf({ cookie, origin })).to.include({ actor: 'anna', tool: 'page' });
    expect(await sourceOf({ authorization: `Bearer ${NOBODY}` })).to.include({ actor: null });
  });

  it('has the user of a loopback connection, by name', async () => {
    api = await new ApiUnderTest().open({ peerUsers: kernelPeerUsers(userName) });
    expect(await sourceOf()).to.include({ actor: userInfo().username, address: '127.0.0.1' });
  });

  it('has the user of each of many connections, also of those that are made later', async () => {
    api = await new ApiUnderTest().open({ peerUsers: kernelPeerUsers(userName) });
    for (const count of [1, 8, 1]) {
      const before = api.control.calls.length;
      await Promise.all(Array.from({ length: count }, () => sourceOf()));
      const actors = api.control.calls.slice(before).map(({ origin }) => origin?.source?.actor);
      expect(actors).to.deep.equal(Array.from({ length: count }, () => userInfo().username));
    }
  });

  it('has the number of a user without a name, and nobody from another machine', async () => {
    const users = kernelPeerUsers(() => null);
    api = await new ApiUnderTest().open({ peerUsers: users });
    expect(await sourceOf()).to.include({ actor: String(userInfo().uid) });
    expect(users.userOf({ address: '192.0.2.7', port: 4711, hostPort: api.port })).to.equal(null);
    expect(users.userOf({ address: '127.0.0.1', port: 1, hostPort: api.port })).to.equal(null);
  });

  it('names the socket, which has no address', async () => {
    const path = join(temporaryFolder(), 'api.sock');
    api = await new ApiUnderTest().open({ isUnixSocket: true }, { place: { type: 'unix', path } });
    expect(await sourceOf({ 'user-agent': 'curl/8.5.0' })).to.deep.equal({
      actor: 'socket',
      address: null,
      tool: 'curl',
    });
  });

  const tools: readonly (readonly [string | null, string | null])[] = [
    ['coredinator-cli', 'cli'],
    ['coredinator-client', 'client'],
    ['python-requests/2.31.0', 'python-requests'],
    ['curl/8.5.0 (x86_64)', 'curl'],
    ['(strange)', null],
    [null, null],
  ];
  for (const [agent, tool] of tools) {
    it(`calls a program with User-Agent ${agent ?? 'none'} ${tool ?? 'nothing'}`, async () => {
      api = await new ApiUnderTest().open();
      expect(await sourceOf(agent === null ? {} : { 'user-agent': agent })).to.include({ tool });
    });
  }
});
