import { expect } from 'chai';
import { FailedAttempts } from '../../../../lib/http/access/failed-attempts.ts';
import { eventually } from '../../../support/eventually.ts';
import { ApiUnderTest, fixedTokens, recordingLog, type Answer, type LogRecord } from '../api-under-test.ts';

const FULL = 'full-token-0123456789';
const ALLOWED = 10;

describe('wrong tokens', () => {
  let api: ApiUnderTest;

  beforeEach(async () => {
    api = await new ApiUnderTest().open({ access: fixedTokens(FULL, null) });
  });
  afterEach(() => api.close());

  function send(authorization?: string, path = '/api/agents'): Promise<Answer> {
    return api.send('GET', path, { headers: authorization === undefined ? {} : { authorization } });
  }

  async function exhaust(): Promise<void> {
    for (let sent = 0; sent < ALLOWED; sent += 1) expect((await send('Bearer wrong')).status).to.equal(401);
  }

  it('get 429 with Retry-After after ten in a minute, and are logged once', async () => {
    await exhaust();
    for (const authorization of ['Bearer wrong', `Bearer ${FULL}x`, 'Basic eDp5', FULL]) {
      const answer = await send(authorization);
      expect(answer.status).to.equal(429);
      expect(answer.json).to.include({ type: '/docs#too_many_attempts' });
      expect(Number(answer.headers['retry-after'])).to.be.within(1, 60);
    }
    const warnings = api.records.filter(({ level }) => level === 'warn');
    expect(warnings.map(({ fields }) => fields)).to.deep.equal([{ address: '127.0.0.1' }]);
  });

  it('never block a valid token from the same address, or requests that need none', async () => {
    await exhaust();
    expect((await send('Bearer wrong')).status).to.equal(429);
    expect((await send(`Bearer ${FULL}`)).status).to.equal(200);
    expect((await send('Bearer wrong', '/livez')).status).to.equal(200);
    expect((await send('Bearer wrong', '/api/healthcheck')).status).to.equal(200);
  });

  it('are counted; requests without one are not', async () => {
    for (let sent = 0; sent < ALLOWED + 2; sent += 1) expect((await send()).status).to.equal(401);
    expect((await send('Bearer wrong')).status).to.equal(401);
  });
});

describe('the count of failed attempts', () => {
  const records: LogRecord[] = [];
  const log = recordingLog(records);

  it('is kept for each IPv4 address and each /64 of IPv6', async () => {
    const attempts = new FailedAttempts(log, { points: 1, durationS: 60 }, Buffer.from('none of these collide'));
    for (const [first, same, other] of [
      ['192.0.2.1', '::ffff:192.0.2.1', '192.0.2.2'],
      ['2001:db8::1', '2001:db8:0:0:ffff::', '2001:db8:0:1::1'],
      ['::1', '::2', '1::1'],
      [undefined, undefined, '198.51.100.7'],
    ] as const) {
      expect(await attempts.note(first)).to.equal(0);
      expect(await attempts.note(same), `${String(same)} after ${String(first)}`).to.be.within(1, 60);
      expect(await attempts.note(other), other).to.equal(0);
    }
  });

  it('starts again when its time is over', async () => {
    const attempts = new FailedAttempts(log, { points: 1, durationS: 0.05 });
    await attempts.note('192.0.2.1');
    expect(await attempts.note('192.0.2.1')).to.equal(1);
    await eventually(async () => {
      expect(await attempts.note('192.0.2.1')).to.equal(0);
    });
  });
});
