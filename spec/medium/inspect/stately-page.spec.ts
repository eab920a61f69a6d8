import { expect } from 'chai';
import { ApiUnderTest, fixedTokens } from '../http/api-under-test.ts';

describe('the page of the Stately inspector', () => {
  const api = new ApiUnderTest();
  afterEach(() => api.close());

  it('lets the browser open a frame of the inspector, and nothing else from other hosts', async () => {
    await api.open({ inspectorUrl: 'http://127.0.0.1:4000/inspect?theme=dark' });
    const { status, headers, text } = await api.send('GET', '/inspector/stately');
    expect(status).to.equal(200);
    const policy = String(headers['content-security-policy']).split('; ');
    expect(policy).to.include.members([
      "default-src 'none'",
      "script-src 'self'",
      "connect-src 'self'",
      'frame-src http://127.0.0.1:4000',
      "frame-ancestors 'none'",
    ]);
    expect(policy.join(' ')).not.to.include('unsafe');
    expect(text).to.include('data-inspector-url="http://127.0.0.1:4000/inspect?theme=dark"');
    expect([...text.matchAll(/<script([^>]*)>([^<]*)/g)].map(([, , inline]) => inline)).to.deep.equal(['']);
  });

  it('stays connected to the window that it opens', async () => {
    await api.open();
    const { headers } = await api.send('GET', '/inspector/stately');
    expect(headers['cross-origin-opener-policy']).to.equal('unsafe-none');
  });

  it('opens the public Stately inspector by default', async () => {
    await api.open();
    const { headers, text } = await api.send('GET', '/inspector/stately/');
    expect(text).to.include('data-inspector-url="https://stately.ai/inspect"');
    expect(headers['content-security-policy']).to.include('frame-src https://stately.ai;');
  });

  it('escapes the URL in the page', async () => {
    await api.open({ inspectorUrl: `http://127.0.0.1:4000/'"><script>alert(1)</script>&` });
    expect((await api.send('GET', '/inspector/stately')).text)
      .to.include('/&#39;&#34;&#62;&#60;script&#62;')
      .and.not.include('<script>alert');
  });

  it('consists of two files, and serves no others', async () => {
    await api.open();
    const script = await api.send('GET', '/inspector/assets/bridge.js');
    const style = await api.send('GET', '/inspector/assets/bridge.css');
    expect([script.status, style.status]).to.deep.equal([200, 200]);
    expect(script.headers['content-type']).to.include('text/javascript');
    expect(style.headers['content-type']).to.include('text/css');
    for (const name of ['index.html', '..%2f..%2fmain.js', 'toString', '%00']) {
      expect((await api.send('GET', `/inspector/assets/${name}`)).status, name).to.equal(404);
    }
  });

  it('requires a token like any GET', async () => {
    await api.open({ access: fixedTokens('full-token-0123456789', 'read-token-0123456789') });
    expect((await api.send('GET', '/inspector/stately')).status).to.equal(401);
    const headers = { authorization: 'Bearer read-token-0123456789' };
    expect((await api.send('GET', '/inspector/stately', { headers })).status).to.equal(200);
  });
});
