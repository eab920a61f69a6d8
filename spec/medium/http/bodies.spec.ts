import { expect } from 'chai';
import { BODY_LIMIT } from '../../../lib/http/request-body.ts';
import { ApiUnderTest, VERSION } from './api-under-test.ts';

const START = '/api/agents/start';
const JSON_TYPE = { 'content-type': 'application/json' };

describe('the body of a request', () => {
  let api: ApiUnderTest;

  beforeEach(async () => {
    api = await new ApiUnderTest().open();
  });
  afterEach(() => api.close());

  for (const [what, body] of [
    ['no body at all', ''],
    ['text that is not JSON', '{"config_path": '],
    ['an array', '[]'],
    ['a string', '"/cfg/a.yaml"'],
    ['null', 'null'],
    ['a number', '1'],
    ['bytes that are not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])],
  ] as const) {
    for (const path of [START, '/api/io/start', '/api/coreio/start']) {
      it(`is rejected with 400 by ${path} if it is ${what}`, async () => {
        const answer = await api.send('POST', path, { body, headers: JSON_TYPE });

        expect(answer.status).to.equal(400);
        expect(answer.headers['content-type']).to.equal('application/problem+json');
        expect(answer.json).to.include({ type: '/docs#malformed_body', instance: path });
        expect(api.control.calls).to.be.empty;
      });
    }
  }

  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'json']) {
    it(`is rejected with 400 if it is ${type}`, async () => {
      const answer = await api.send('POST', START, {
        body: '{"config_path":"/cfg/a.yaml"}',
        headers: { 'content-type': type },
      });
      expect(answer.status).to.equal(400);
      expect(answer.json).to.have.property('detail').that.contains(type);
    });
  }

  for (const type of [
    'application/json',
    'application/json; charset=utf-8',
    'Application/JSON',
    'application/x+json',
  ]) {
    it(`is accepted as ${type}`, async () => {
      const body = '{"config_path":"/cfg/a.yaml"}';
      expect(await api.send('POST', START, { body, headers: { 'content-type': type } })).to.include({ status: 200 });
    });
  }

  it('is parsed as JSON without a content type, in several chunks and with a byte order mark', async () => {
    const body = '\u{feff}{"config_path":"/cfg/a.yaml"}';
    expect(await api.send('POST', START, { body })).to.include({ status: 200, json: 'a' });
    const chunked = [
      'POST /api/agents/start HTTP/1.1',
      'Host: localhost',
      'Transfer-Encoding: chunked',
      'Connection: close',
    ];
    const parts = ['11', '{"config_path":"/', '9', 'b.yaml"} ', '0', '', ''];
    const answer = await api.raw(`${chunked.join('\r\n')}\r\n\r\n${parts.join('\r\n')}`);
    expect(answer)
      .to.match(/^HTTP\/1\.1 200 /)
      .and.to.match(/\r\n\r\n"b"$/);
  });

  it('is rejected with 415 if it is compressed', async () => {
    const headers = { ...JSON_TYPE, 'content-encoding': 'gzip' };
    expect(await api.send('POST', START, { body: 'x', headers })).to.include({ status: 415 });
  });

  for (const [fields, wrong] of [
    [{}, ['config_path']],
    [{ config_path: 7 }, ['config_path']],
    [{ config_path: null }, ['config_path']],
    [{ config_path: '' }, ['config_path']],
    [{ config_path: 'a\0b' }, ['config_path']],
    [{ config_path: 'x'.repeat(5000) }, ['config_path']],
    [{ config_path: '/a.yaml', confg: 1, other: 2 }, ['confg', 'other']],
    [{ config_path: '/a.yaml', constructor: 1 }, ['constructor']],
    [JSON.parse('{"config_path": "/a.yaml", "__proto__": {"agent_id": "x"}}') as object, ['__proto__']],
    [{ config_path: '/a.yaml', agent_id: 'a b' }, ['agent_id']],
    [{ config_path: '/a.yaml', agent_id: '' }, ['agent_id']],
    [{ config_path: '/a.yaml', agent_id: ['x'] }, ['agent_id']],
    [{ config_path: '/a.yaml', coreio_id: 'é' }, ['coreio_id']],
    [{ config_path: 1, agent_id: '-', coreio_id: '.', x: 0 }, ['config_path', 'agent_id', 'coreio_id', 'x']],
  ] as const) {
    it(`of the wrong shape is rejected with 422, naming ${wrong.join(', ')}: ${JSON.stringify(fields).slice(0, 60)}`, async () => {
      const answer = await api.send('POST', START, { body: fields });

      expect(answer.status).to.equal(422);
      const { detail, errors } = answer.json as { detail: string; errors: { path: string; message: string }[] }; // asserted next
      expect(errors.map(({ path }) => path)).to.deep.equal(wrong);
      for (const name of wrong) expect(detail).to.contain(`"${name}"`);
      expect(api.control.calls).to.be.empty;
    });
  }

  it('lists the known fields if one is unknown', async () => {
    const answer = await api.send('POST', '/api/io/start', { body: { config_path: '/a.yaml', agent_id: 'a' } });
    expect(answer.status).to.equal(422);
    expect(answer.json).to.have.property('detail').that.contains('the known fields are config_path, coreio_id');
  });

  it('with ten thousand unknown fields gets a short response', async () => {
    const body = Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`field${n}`.repeat(8), n]));
    const answer = await api.send('POST', START, { body });
    expect(answer.status).to.equal(422);
    expect(answer.text.length).to.be.below(10_000);
  });

  it('is accepted up to the limit and rejected with 413 above it, announced or not, by every route that changes something', async () => {
    const rest = '{"config_path":"/cfg/a.yaml"}';
    const atLimit = await api.send('POST', START, { body: rest.padEnd(BODY_LIMIT), headers: JSON_TYPE });
    expect(atLimit.status).to.equal(200);
    for (const path of [START, '/api/agents/a/stop', '/api/io/start']) {
      const answer = await api.send('POST', path, { body: rest.padEnd(BODY_LIMIT + 1), headers: JSON_TYPE });
      expect(answer.status, path).to.equal(413);
      expect(answer.json).to.include({ type: '/docs#body_too_large', title: 'Body too large' });
      expect(answer.headers['x-corerl-version']).to.equal(VERSION);
    }
    const headers = { ...JSON_TYPE, 'transfer-encoding': 'chunked' };
    const unannounced = await api.send('POST', START, { body: rest.padEnd(4 * BODY_LIMIT), headers });
    expect(unannounced.status).to.equal(413);
  });

  it('that is too large leaves the connection usable, announced or not', async () => {
    const big = 'x'.repeat(2 * BODY_LIMIT);
    const announced = `Content-Length: ${big.length}\r\n\r\n${big}`;
    const chunked = `Transfer-Encoding: chunked\r\n\r\n${big.length.toString(16)}\r\n${big}\r\n0\r\n\r\n`;
    const next = 'GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';
    for (const body of [announced, chunked]) {
      const answers = await api.raw(`POST ${START} HTTP/1.1\r\nHost: localhost\r\n${body}${next}`);
      expect(answers.match(/HTTP\/1\.1 \d+/g)).to.deep.equal(['HTTP/1.1 413', 'HTTP/1.1 200']);
    }
  });

  it('is ignored by routes without a body', async () => {
    const answer = await api.send('POST', '/api/agents/a/stop', { body: 'no JSON' });
    expect(answer).to.include({ status: 200, text: 'null' });
  });

  it('that is incomplete starts nothing', async () => {
    const head = `POST ${START} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n`;
    const answer = await api.raw(`${head}{"config_path":"/cfg/a.yaml"}`);
    expect(answer === '' || answer.startsWith('HTTP/1.1 400 ')).to.equal(true, answer);
    expect(api.control.calls).to.be.empty;
  });
});
