import { createHmac } from 'node:crypto';
import { expect } from 'chai';
import type { Operation } from '../../../lib/api/operation.ts';
import { OPERATIONS } from '../../../lib/api/operations.ts';
import { PLACES, type OperationId, type Place } from '../../../lib/api/paths.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { ApiUnderTest, fixedTokens, type Answer } from './api-under-test.ts';

const FULL = 'full-token-0123456789';
const READ = 'read-token-0123456789';

/** What a browser holds that has signed in with a token on this port. */
function cookieOf(token: string, port: number): string {
  const value = createHmac('sha256', token).update('coredinator browser session 1').digest('base64url');
  return `other=1; coredinator_session_${port}=${value}`;
}

function browser(token: string, site = 'same-origin') {
  return (port: number) => ({ cookie: cookieOf(token, port), 'sec-fetch-site': site });
}

/** What a request may carry, by what it is. */
const SENT = {
  nothing: () => ({}),
  'no bearer token': () => ({ authorization: 'Basic dXNlcjpwYXNzd29yZA==' }),
  'a wrong token': () => ({ authorization: 'Bearer wrong-token-0123456789' }),
  'the read-only token': () => ({ authorization: `Bearer ${READ}` }),
  'the full token': () => ({ authorization: `Bearer ${FULL}` }),
  'a wrong cookie': browser('wrong-token-0123456789'),
  'the cookie of the read-only token': browser(READ),
  'the cookie of the full token': browser(FULL),
  'the cookie of the full token, from a page of another port': browser(FULL, 'same-site'),
} as const satisfies Readonly<Record<string, (port: number) => Readonly<Record<string, string>>>>;
type Sent = keyof typeof SENT;

/** What an operation asks for: nothing, any token, or the full one. */
type Kind = 'open' | 'read' | 'command';
type Outcome = 'admitted' | 401 | 403;

const CONFIGURED = {
  'no token': [null, null],
  'a full token only': [FULL, null],
  'a read-only token only': [null, READ],
  'both tokens': [FULL, READ],
} as const;
type Configured = keyof typeof CONFIGURED;

const [YES, NO, FORBIDDEN] = ['admitted', 401, 403] as const;

/** The columns are those of SENT, in its order. */
const MATRIX: Readonly<Record<Configured, Readonly<Record<Kind, readonly Outcome[]>>>> = {
  'no token': {
    open: [YES, YES, YES, YES, YES, YES, YES, YES, YES],
    read: [YES, YES, YES, YES, YES, YES, YES, YES, YES],
    command: [YES, YES, YES, YES, YES, YES, YES, YES, YES],
  },
  'a full token only': {
    open: [YES, YES, YES, YES, YES, YES, YES, YES, YES],
    read: [NO, NO, NO, NO, YES, NO, NO, YES, NO],
    command: [NO, NO, NO, NO, YES, NO, NO, YES, NO],
  },
  'a read-only token only': {
    open: [YES, YES, YES, YES, YES, YES, YES, YES, YES],
    read: [NO, NO, NO, YES, NO, NO, YES, NO, NO],
    command: [NO, NO, NO, FORBIDDEN, NO, NO, FORBIDDEN, NO, NO],
  },
  'both tokens': {
    open: [YES, YES, YES, YES, YES, YES, YES, YES, YES],
    read: [NO, NO, NO, YES, YES, NO, YES, YES, NO],
    command: [NO, NO, NO, FORBIDDEN, YES, NO, FORBIDDEN, YES, NO],
  },
};

/** The only operations without a token; one more is a decision, not an oversight. */
const OPEN: readonly OperationId[] = ['getHealth', 'getLiveness', 'getSignInScript', 'getSignInStyle'];
/** Those that change nothing of the host, whatever their method. */
const ANY_TOKEN: readonly OperationId[] = ['signIn', 'signOut'];

function kindOf(id: OperationId, [method]: Place): Kind {
  if ((OPERATIONS[id] as Operation).access === 'open') return 'open';
  return method === 'GET' || ANY_TOKEN.includes(id) ? 'read' : 'command';
}

function outcomeOf({ status, json }: Answer): Outcome {
  const type = (json as { type?: string } | undefined)?.type ?? ''; // of a problem document; other answers have none
  if (status === 401) return 401;
  return status === 403 && type === '/docs#token_read_only' ? 403 : 'admitted';
}

describe('who may call what', function () {
  this.timeout(60_000);
  let api: ApiUnderTest;

  afterEach(() => api.close());

  /** What a request comes to, and that a refused one reaches nothing. */
  async function call(method: string, path: string, headers: Readonly<Record<string, string>>): Promise<Outcome> {
    const body = method === 'POST' ? { body: { config_path: '/cfg/a.yaml' } } : {};
    api.control.calls.length = 0;
    const answer = await api.send(method, path.replace(/\{\w+\}/, 'x1'), { ...body, headers });
    const outcome = outcomeOf(answer);
    if (outcome !== 'admitted') expect(api.control.calls, path).to.be.empty;
    expect(answer.headers['www-authenticate'] !== undefined, path).to.equal(outcome !== 'admitted');
    return outcome;
  }

  it('is open for as few operations as can be', async () => {
    api = await new ApiUnderTest().open();
    const ids = Object.keys(OPERATIONS) as OperationId[]; // Object.keys forgets the type of the keys
    expect(ids.filter((id) => kindOf(id, PLACES[id]) === 'open')).to.have.members(OPEN);
  });

  for (const configured of Object.keys(CONFIGURED) as Configured[]) {
    it(`with ${configured} configured, at every path of every operation`, async () => {
      const [full, read] = CONFIGURED[configured];
      const attemptLimits = { points: 1_000_000, durationS: 60 };
      api = await new ApiUnderTest().open({ access: fixedTokens(full, read), attemptLimits });
      for (const [id, place] of Object.entries(PLACES) as [OperationId, Place][]) {
        const [method, ...paths] = place;
        for (const path of paths.flatMap((one) => (one === '/' ? [one] : [one, `${one}/`]))) {
          for (const [index, what] of (Object.keys(SENT) as Sent[]).entries()) {
            const expected = MATRIX[configured][kindOf(id, place)][index];
            const called = await call(method, path, SENT[what](api.port));
            expect(called, `${method} ${path} (${id}) with ${what}`).to.equal(expected);
          }
        }
      }
    });
  }

  for (const method of ['HEAD', 'OPTIONS', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'PROPFIND']) {
    it(`is asked of ${method} too, on every path, before it says what there is`, async () => {
      api = await new ApiUnderTest().open({ access: fixedTokens(FULL, READ) });
      for (const path of ['/api/agents', '/api/agents/start', '/nowhere']) {
        const isUndocumented = true;
        expect(await api.send(method, path, { isUndocumented }), path).to.include({ status: 401 });
        const read = await api.send(method, path, { isUndocumented, headers: { authorization: `Bearer ${READ}` } });
        expect(read.status === 403, `${path}: ${read.status}`).to.equal(!['HEAD', 'OPTIONS'].includes(method));
      }
    });
  }
});

describe('which Host and Origin may call', () => {
  const HOSTS = ['localhost', '127.0.0.1:PORT', 'plant.example', 'evil.example', 'LOCALHOST:1'] as const;
  const ORIGINS = [
    undefined,
    'http://HOST',
    'https://HOST',
    'https://allowed.example',
    'http://evil.example',
    'null',
  ] as const;

  /** Rows are HOSTS, columns ORIGINS. */
  const TCP = [
    [200, 200, 200, 200, 403, 403],
    [200, 200, 200, 200, 403, 403],
    [200, 200, 200, 200, 403, 403],
    [421, 421, 421, 421, 421, 421],
    [200, 200, 200, 200, 403, 403],
  ];
  // Any Host gets in, but that a page is of that host proves nothing.
  const EVIL_ON_UNIX = [200, 403, 403, 200, 403, 403];
  const TABLE = {
    tcp: TCP,
    unix: TCP.map((row, index) => (HOSTS[index] === 'evil.example' ? EVIL_ON_UNIX : row)),
  };

  for (const listens of ['tcp', 'unix'] as const) {
    it(`on ${listens}`, async () => {
      const place = { type: 'unix', path: `${temporaryFolder()}/s` } as const;
      const guards = { allowedHosts: ['plant.example'], corsOrigins: ['https://allowed.example'] };
      const api = await new ApiUnderTest().open(
        { ...guards, isUnixSocket: listens === 'unix' },
        listens === 'unix' ? { place } : {},
      );
      const port = listens === 'tcp' ? String(api.port) : '8000';
      const statuses: number[][] = [];
      for (const hostForm of HOSTS) {
        const host = hostForm.replace('PORT', port);
        const row: number[] = [];
        for (const form of ORIGINS) {
          const headers = { host, ...(form === undefined ? {} : { origin: form.replace('HOST', host) }) };
          row.push((await api.send('POST', '/api/agents/a/stop', { headers })).status);
        }
        statuses.push(row);
      }
      await api.close();
      expect(statuses).to.deep.equal(TABLE[listens]);
    });
  }
});
