import { expect } from 'chai';
import { ApiUnderTest, VERSION } from './api-under-test.ts';

const SEED = 20_260_101;
const REQUESTS = 1_000;
const AT_ONCE = 20;

/** mulberry32: small, good enough, and the same on every machine. */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let word = Math.imul(state ^ (state >>> 15), 1 | state);
    word = (word + Math.imul(word ^ (word >>> 7), 61 | word)) ^ word;
    return ((word ^ (word >>> 14)) >>> 0) / 4_294_967_296;
  };
}

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
  'Content-Length: 99999999999999999999',
  'Transfer-Encoding: chunked',
  'Transfer-Encoding: gzip',
  'Content-Encoding: br',
  'Expect: 100-continue',
  'Expect: the unexpected',
  'Origin: \u00ff',
  'Origin: http://localhost',
  'Authorization: Bearer',
  'Access-Control-Request-Method: \u0000',
  'X-Request-Id: \u0007',
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Last-Event-ID: NaN',
  'no colon',
  ': no name',
  ` folded`,
  `Long: ${'x'.repeat(17_000)}`,
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
];

function malformed(random: () => number): Buffer {
  const pick = (from: readonly string[]): string => from[Math.floor(random() * from.length)]!;
  const headers = Array.from({ length: Math.floor(random() * 3) }, () => pick(HEADERS));
  if (random() < 0.9) headers.unshift('Host: localhost');
  const version = random() < 0.95 ? 'HTTP/1.1' : pick(['HTTP/1.0', 'HTTP/2.0', 'HTTP/9', '']);
  const body = pick(BODIES);
  if (random() < 0.6) headers.push(`Content-Length: ${body.length}`);
  const method = random() < 0.7 ? pick(['GET', 'POST']) : pick(METHODS);
  const text = `${method} ${pick(TARGETS)} ${version}\r\n${headers.join('\r\n')}\r\n\r\n${body}`;
  const bytes = Buffer.from(text, 'latin1');
  // Some are also broken at random places.
  for (let flips = Math.floor(random() * 4) - 2; flips > 0; flips -= 1) {
    bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
  }
  return bytes;
}

describe('malformed requests', function () {
  this.timeout(30_000);

  it(`never get a 5xx, always the version, and leave the host well (${REQUESTS} of them, seed ${SEED})`, async () => {
    const api = await new ApiUnderTest().open();
    try {
      const random = dice(SEED);
      const statuses = new Map<string, number>();
      for (let sent = 0; sent < REQUESTS; sent += AT_ONCE) {
        const batch = Array.from({ length: AT_ONCE }, () => malformed(random));
        const answers = await Promise.all(batch.map((bytes) => api.raw(bytes)));
        answers.forEach((answer, index) => {
          const request = batch[index]!.toString('latin1').slice(0, 300);
          for (const [line, status] of answer.matchAll(/HTTP\/1\.1 (\d{3}) [^\r]*\r\n(?!\r\n)/g)) {
            statuses.set(status!, (statuses.get(status!) ?? 0) + 1);
            expect(Number(status), `${line} to ${request}`).to.be.below(500);
          }
          if (/^HTTP\/1\.1 [2-4]/.test(answer)) expect(answer, request).to.contain(`X-CoreRL-Version: ${VERSION}`);
        });
      }
      expect(api.records.filter(({ level }) => level === 'error')).to.deep.equal([]);
      expect(await api.send('GET', '/livez')).to.include({ status: 200 });
      // The mixture reaches the parser, the guards and the routes.
      expect([...statuses.keys()]).to.include.members(['200', '400', '404', '405', '421', '422', '431']);
    } finally {
      await api.close();
    }
  });

  for (const path of ['/api/agents/%/status', '/api/agents/%ff/status', '/%E0%A4%A', '/docs%']) {
    it(`get 400 when the path is not validly percent-encoded: ${path}`, async () => {
      const api = await new ApiUnderTest().open();
      try {
        const answer = await api.send('GET', path);
        expect(answer.status).to.equal(400);
        expect(answer.json).to.include({ type: '/docs#malformed_path', instance: path });
      } finally {
        await api.close();
      }
    });
  }
});
