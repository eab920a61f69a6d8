import { createHmac } from 'node:crypto';
import { expect } from 'chai';
import type { Operation } from '../../../../lib/api/operation.ts';
import { OPERATIONS } from '../../../../lib/api/operations.ts';
import { ENDPOINTS, type OperationId, type Endpoint } from '../../../../lib/api/paths.ts';
import { temporaryFolder } from '../../../support/temporary.ts';
import { ApiUnderTest, fixedTokens, type Answer } from '../api-under-test.ts';

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

type Headers = Readonly<Record<string, string>>;
const bearer = (token: string) => (): Headers => ({ authorization: `Bearer ${token}` });

/** What a request may carry, and how that is sent to a port. */
const SENT = [
  ['nothing', () => ({})],
  ['no bearer token', () => ({ authorization: 'Basic dXNlcjpwYXNzd29yZA==' })],
  ['a wrong token', bearer('wrong-token-0123456789')],
  ['the read-only token', bearer(READ)],
  ['the full token', bearer(FULL)],
  ['a wrong cookie', browser('wrong-token-0123456789')],
  ['the cookie of the read-only token', browser(READ)],
  ['the cookie of the full token', browser(FULL)],
  ['the cookie of the full token, from a page of another port', browser(FULL, 'same-site')],
] as const satisfies readonly (readonly [string, (port: number) => Headers])[];

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
type RowOf<Columns extends readonly unknown[]> = { readonly [Column in keyof Columns]: Outcome };
type Row = RowOf<typeof SENT>;
const EVERYBODY: Row = [YES, YES, YES, YES, YES, YES, YES, YES, YES];

const MATRIX: Readonly<Record<Configured, Readonly<Record<Kind, Row>>>> = {
  'no token': { open: EVERYBODY, read: EVERYBODY, command: EVERYBODY },
  'a full token only': {
    open: EVERYBODY,
    read: [NO, NO, NO, NO, YES, NO, NO, YES, NO],
    command: [NO, NO, NO, NO, YES, NO, NO, YES, NO],
  },
  'a read-only token only': {
    open: EVERYBODY,
    read: [NO, NO, NO, YES, NO, NO, YES, NO, NO],
    command: [NO, NO, NO, FORBIDDEN, NO, NO, FORBIDDEN, NO, NO],
  },
  'both tokens': {
    open: EVERYBODY,
    read: [NO, NO, NO, YES, YES, NO, YES, YES, NO],
    command: [NO, NO, NO, FORBIDDEN, YES, NO, FORBIDDEN, YES, NO],
  },
};

/** The only operations without a token; one more is a decision, not an oversight. */
const OPEN: readonly OperationId[] = ['getHealth', 'getLiveness', 'getSignInScript', 'getSignInStyle'];
/** Those that change nothing of the host, whatever their method. */
const ANY_TOKEN: readonly OperationId[] = ['signIn', 'signOut'];

function kindOf(id: OperationId, [method]: Endpoint): Kind {
  if ((OPERATIONS[id] as Operation).access === 'open') return 'open';
  return method === 'GET' || ANY_TOKEN.includes(id) ? 'read' : 'command';
}

/** Throws for an answer that does not say whether the request may come in: nobody was there who would have looked. */
function outcomeOf({ status, json }: Answer): Outcome {
  const { type = '', detail = '' } = (json ?? {}) as { type?: string; detail?: string }; // of a problem document; other answers have none
  if (status === 401) return 401;
  if (status === 403 && type === '/docs#token_read_only') return 403;
  const isLost = detail.startsWith('Route "');
  if (isLost || status === 403 || status === 405 || status >= 500) throw new Error(`${status} ${type} ${detail}`);
  return 'admitted';
}

describe('who may call what', function () {
  this.timeout(60_000);
  let api: ApiUnderTest;

  afterEach(() => api.close());

  /** What a request comes to, and that a refused one reaches nothing. */
  async function call(method: string, path: string, headers: Headers): Promise<Outcome> {
    const body = method === 'POST' ? { body: { config_path: '/cfg/a.yaml' } } : {};
    api.control.calls.length = 0;
    const answer = await api.send(method, path.replace(/\{\w+\}/, 'x1'), { ...body, headers });
    const outcome = outcomeOf(answer);
    if (outcome !== 'admitted') expect(api.control.calls, path).to.be.empty;
    expect(answer.headers['www-authenticate'] !== undefined, path).to.equal(outcome !== 'admitted');
    return outcome;
  }

  it('has as few open operations as possible', async () => {
    api = await new ApiUnderTest().open();
    const ids = Object.keys(OPERATIONS) as OperationId[]; // Object.keys forgets the type of the keys
    expect(ids.filter((id) => kindOf(id, ENDPOINTS[id]) === 'open')).to.have.members(OPEN);
  });

  for (const configured of Object.keys(CONFIGURED) as Configured[]) {
    it(`with ${configured} configured, at every path of every operation`, async () => {
      const [full, read] = CONFIGURED[configured];
      const attemptLimits = { points: 1_000_000, durationS: 60 };
      api = await new ApiUnderTest().open({ access: fixedTokens(full, read), attemptLimits });
      for (const [id, place] of Object.entries(ENDPOINTS) as [OperationId, Endpoint][]) {
        const [method, ...paths] = place;
        for (const path of paths.flatMap((one) => (one === '/' ? [one] : [one, `${one}/`]))) {
          for (const [index, [what, headers]] of SENT.entries()) {
            const expected = MATRIX[configured][kindOf(id, place)][index];
            const called = await call(method, path, headers(api.port));
            expect(called, `${method} ${path} (${id}) with ${what}`).to.equal(expected);
          }
        }
      }
    });
  }

  for (const method of ['HEAD', 'OPTIONS', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'PROPFIND']) {
    it(`is required for ${method} too, whatever the path, before anything is revealed`, async () => {
      api = await new ApiUnderTest().open({ access: fixedTokens(FULL, READ) });
      const statusOf = async (path: string, headers: Headers): Promise<number> =>
        (await api.send(method, path, { isUndocumented: true, headers })).status;
      for (const path of ['/api/agents', '/api/agents/start', '/nowhere']) {
        expect(await statusOf(path, {}), path).to.equal(401);
        const withFull = await statusOf(path, bearer(FULL)());
        expect(withFull, path).not.to.be.oneOf([401, 403]);
        const isReading = ['HEAD', 'OPTIONS'].includes(method);
        expect(await statusOf(path, bearer(READ)()), path).to.equal(isReading ? withFull : 403);
      }
    });
  }
});

describe('which Host and Origin may call', () => {
  let api: ApiUnderTest;

  afterEach(() => api.close());

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
      api = await new ApiUnderTest().open(
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
      expect(statuses).to.deep.equal(TABLE[listens]);
    });
  }
});
