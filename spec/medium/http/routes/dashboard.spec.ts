import { expect } from 'chai';
import { gzipSync } from 'node:zlib';
import { ApiUnderTest } from '../api-under-test.ts';

describe('the dashboard over HTTP', () => {
  let api: ApiUnderTest;

  before(async () => {
    api = await new ApiUnderTest().open();
  });
  after(() => api.close());

  it('is a page that loads everything from this host and nothing inline, and is never cached', async () => {
    for (const path of ['/ui', '/ui/', '/inspector']) {
      const page = await api.send('GET', path);
      expect([page.status, page.headers['content-type']], path).to.deep.equal([200, 'text/html; charset=utf-8']);
      expect(page.headers['cache-control']).to.equal('no-cache');
      expect(page.headers['content-security-policy'])
        .to.match(/^default-src 'self'; /)
        .and.not.include('unsafe');
      expect(page.text).not.to.match(/<script[^>]*>[^<]|<style|https?:/);
    }
  });

  it('has files whose names change with their content, which browsers cache', async () => {
    const { text } = await api.send('GET', '/ui');
    const files = [...text.matchAll(/(?:src|href)="(\/ui\/[^"]+)"/g)].map(([, path = '']) => path);

    expect(new Set(files.map((path) => path.replace(/.*\./, '')))).to.have.keys('css', 'js', 'svg');
    for (const path of files) {
      const file = await api.send('GET', path);
      const head = await api.send('HEAD', path);
      expect([file.status, head.status], path).to.deep.equal([200, 200]);
      expect(file.headers['cache-control'], path).to.equal('private, max-age=31536000, immutable');
      expect(Number(head.headers['content-length']), path).to.equal(Buffer.byteLength(file.text));
      expect(head.text, path).to.equal('');
    }
  });

  it('needs less than 300 kB of compressed script for its first view', async () => {
    const { text } = await api.send('GET', '/ui');
    // Also those that the first one imports.
    const scripts = [...text.matchAll(/(?:src|href)="(\/ui\/[^"]+\.js)"/g)].map(([, path = '']) => path);
    const sizes = await Promise.all(scripts.map(async (path) => gzipSync((await api.send('GET', path)).text).length));

    expect(scripts.length).to.be.greaterThan(0);
    expect(sizes.reduce((all, size) => all + size, 0)).to.be.below(300_000);
  });

  it('responds with 404 for unknown files', async () => {
    for (const name of ['index-00000000.js', 'index.html', '..%2findex.html', '.', '%2e%2e', 'toString', 'a.js%00']) {
      const answer = await api.send('GET', `/ui/assets/${name}`);
      expect(answer.status, name).to.equal(404);
      expect(answer.headers['cache-control'], name).to.equal('no-store');
    }
  });
});
