import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import { ENDPOINTS } from '../../../lib/api/paths.ts';
import { diceOf, pick, type Dice } from '../../support/dice.ts';
import { effort } from '../../support/effort.ts';
import { ApiUnderTest, fixedTokens, VERSION } from './api-under-test.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void; // what the flag gives to new contexts

const SEED = 20_260_101;
const REQUESTS = effort(5_000, 20_000);
const AT_ONCE = 50;
/** What is loaded and compiled on the way is in memory after so many. */
const WARM_AFTER = 4_000;
const GROWTH_MAX = 16 * 1024 * 1024;

const FULL = 'canary-full-8f2c61d0a7';
const READ = 'canary-read-53b9e40c12';

const METHODS = [
  'GET',
  'POST',
  'DELETE',
  'HEAD',
  'OPTIONS',
  'PUT',
  'PATCH',
  'TRACE',
  'PROPFIND',
  'CONNECT',
  'get',
  'X',
];
const TARGETS = [
  '/api/agents/start',
  '/api/agents/a/stop',
  '/api/agents/%/status',
  '/api/agents/%ff/status',
  '/api/agents/%00/stop',
  '/api/agents/%2e%2e%2f/status',
  '/api/io/start',
  '/api/events/history?after=%&limit=[]&type[]=x',
  '/api/services?cursor=%00&limit=9e9',
  'http://localhost/api/agents',
  'http://[::1/api/agents',
  'http://a b/',
  'http://',
  'https://localhost/api/agents/a/status?x#y',
  '//',
  '*',
  '',
  '?',
  '/\u00ff\u0080',
  `/${'a'.repeat(20_000)}`,
  `/api/agents/${'%41'.repeat(2_000)}/status`,
  ...Object.values(ENDPOINTS).map(([, path]) => path.replace(/\{\w+\}/, 'a')),
  ...Object.values(ENDPOINTS).map(
    ([, path]) => `${path.replace(/\{\w+\}/, '%F0%9F%92%A3..;')}?__proto__[x]=1&limit=-0&follow=maybe&=&&`,
  ),
  `/api/services?${'cursor=a&'.repeat(200)}`,
  '/__proto__/constructor',
  '/api/agents/__proto__/status',
];
const HEADERS = [
  'Host: localhost',
  'Host: evil',
  'Host: [',
  'Host: ',
  'Content-Type: application/json',
  'Content-Type: \u00ff/\u0001',
  'Content-Length: 7',
  'Content-Length: -1',
  'Content-Length: 9999999',
  'Content-Length: 99999999999999999999',
  'Transfer-Encoding: chunked',
  'Transfer-Encoding: gzip',
  'Content-Encoding: br',
  'Expect: 100-continue',
  'Expect: the unexpected',
  'Origin: \u00ff',
  'Origin: http://localhost',
  'Authorization: Bearer',
  'Authorization: Bearer wrong-token-0123456789',
  'Authorization: Basic \u00ff',
  `Authorization: Bearer ${'x'.repeat(9_000)}`,
  'Access-Control-Request-Method: \u0000',
  'X-Request-Id: \u0007',
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Last-Event-ID: NaN',
  'no colon',
  ': no name',
  ` folded`,
  `Long: ${'x'.repeat(17_000)}`,
  'a: b\r\n'.repeat(150),
];
const BODIES = [
  '',
  '{',
  'null',
  '[]',
  '{"config_path":"/a.yaml"}',
  '{"config_path":{"__proto__":1}}',
  '{"__proto__":{}}',
  '{"config_path":"\\ud800"}',
  '5\r\nhello\r\n0\r\n\r\n',
  'zz\r\n',
  'ffffffffffffffff\r\n',
  '\u0000\u00ff',
  '['.repeat(50_000),
  `{"config_path":"/a.yaml","agent_id":"${'a'.repeat(5_000)}"}`,
  '{"config_path":"/a.yaml","agent_id":"\\u0000"}',
  '{"config_path":1e999,"coreio_id":[[[]]]}',
  '{"config_path":"/a.yaml"}{"config_path":"/b.yaml"}',
];

function malformed(dice: Dice): Buffer {
  const headers = Array.from({ length: Math.floor(dice() * 3) }, () => pick(dice, HEADERS));
  if (dice() < 0.9) headers.unshift('Host: localhost');
  if (dice() < 0.7) headers.push(`Authorization: Bearer ${dice() < 0.8 ? FULL : READ}`);
  const version = dice() < 0.95 ? 'HTTP/1.1' : pick(dice, ['HTTP/1.0', 'HTTP/2.0', 'HTTP/9', '']);
  const body = pick(dice, BODIES);
  if (dice() < 0.6) headers.push(`Content-Length: ${body.length}`);
  const method = dice() < 0.7 ? pick(dice, ['GET', 'POST']) : pick(dice, METHODS);
  const text = `${method} ${pick(dice, TARGETS)} ${version}\r\n${headers.join('\r\n')}\r\n\r\n${body}`;
  const bytes = Buffer.from(text, 'latin1');
  // Some are also broken at random places.
  for (let flips = Math.floor(dice() * 4) - 2; flips > 0; flips -= 1) {
    bytes[Math.floor(dice() * bytes.length)] = Math.floor(dice() * 256);
  }
  return bytes;
}

describe('malformed requests', function () {
  this.timeout(240_000);
  let api: ApiUnderTest;

  beforeEach(async () => {
    api = await new ApiUnderTest().open({ access: fixedTokens(FULL, READ) });
  });
  afterEach(() => api.close());

  /** Request number `n` is the same in every run, whatever comes before it. */
  async function ask(n: number): Promise<readonly string[]> {
    const bytes = malformed(diceOf(SEED + n));
    const answer = await api.raw(bytes);
    const what = `request ${n} of seed ${SEED}: ${bytes.toString('latin1').slice(0, 300)}`;
    if (/^HTTP\/1\.1 [2-4]/.test(answer)) expect(answer, what).to.contain(`X-CoreRL-Version: ${VERSION}`);
    for (const token of [FULL, READ])
      expect(answer.includes(token), `${token} in the answer to ${what}`).to.equal(false);
    return [...answer.matchAll(/HTTP\/1\.1 (\d{3}) [^\r]*\r\n(?!\r\n)/g)].map(([line, status = '']) => {
      expect(Number(status), `${line} to ${what}`).to.be.below(500);
      return status;
    });
  }

  /** What was recorded for the specs is no growth of the host. */
  function forgetRecords(): void {
    expect(api.records.filter(({ level }) => level === 'error')).to.deep.equal([]);
    const told = JSON.stringify(api.records);
    for (const token of [FULL, READ]) expect(told.includes(token), token).to.equal(false);
    api.records.length = 0;
    api.control.calls.length = 0;
  }

  function heap(): number {
    forgetRecords();
    collectGarbage();
    return process.memoryUsage().heapUsed;
  }

  it(`get no 5xx and no secret, and leave the host healthy and no larger (${REQUESTS} of them, seed ${SEED})`, async () => {
    const seen = new Set<string>();
    let warm = 0;
    for (let sent = 0; sent < REQUESTS; sent += AT_ONCE) {
      const batch = await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => ask(sent + index)));
      for (const status of batch.flat()) seen.add(status);
      if (sent === WARM_AFTER) warm = heap();
      else forgetRecords();
    }
    expect(heap() - warm).to.be.below(GROWTH_MAX);
    expect(await api.send('GET', '/livez')).to.include({ status: 200 });
    // The mixture reaches the parser, the guards and the routes.
    const each = ['200', '400', '401', '403', '404', '405', '413', '414', '421', '422', '429', '431'];
    expect([...seen]).to.include.members(each);
  });

  it('get no 5xx if they are valid HTTP with arbitrary bodies, queries and ids', async () => {
    const dice = diceOf(SEED);
    const junk = [
      '',
      '\0',
      '../..',
      'a'.repeat(3_000),
      '💣',
      '{}',
      'null',
      '-1',
      '1e9',
      '%',
      '__proto__',
      "'; DROP TABLE",
    ];
    const places = Object.values(ENDPOINTS);
    for (let sent = 0; sent < 500; sent += 1) {
      const [method, path] = pick(dice, places);
      const target = path.replace(/\{\w+\}/, encodeURIComponent(pick(dice, junk)));
      const url = `${api.listening.url}${target}?${encodeURIComponent(pick(dice, junk))}=${encodeURIComponent(pick(dice, junk))}`;
      const body =
        method === 'GET'
          ? {}
          : { body: JSON.stringify({ config_path: pick(dice, junk), [pick(dice, junk)]: pick(dice, junk) }) };
      const headers = { authorization: `Bearer ${FULL}`, 'last-event-id': '-1' };
      const controller = new AbortController();
      const { signal } = controller;
      const answer = await fetch(url, { method, ...body, headers, redirect: 'manual', signal });
      expect(answer.status, `request ${sent} of seed ${SEED}: ${method} ${url}`).to.be.below(500);
      controller.abort(); // some answers have no end
    }
  });

  for (const path of ['/api/agents/%/status', '/api/agents/%ff/status', '/%E0%A4%A', '/docs%']) {
    it(`get 400 when the path is not validly percent-encoded: ${path}`, async () => {
      const answer = await api.send('GET', path);
      expect(answer.status).to.equal(400);
      expect(answer.json).to.include({ type: '/docs#malformed_path', instance: path });
    });
  }
});
