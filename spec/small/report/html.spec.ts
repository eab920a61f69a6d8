import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { escaped, html, trusted } from '../../../lib/report/writing/html.ts';
import { COLORS } from '../../../lib/report/writing/style.ts';

describe('the HTML of a report', () => {
  it('shows markup as it is written, in content and in attributes', () => {
    const hostile = `<script>alert('1')</script> & "quoted"`;
    expect(html`<p title="${hostile}">${hostile}</p>`.text).to.equal(
      '<p title="&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt; &amp; &quot;quoted&quot;">' +
        '&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt; &amp; &quot;quoted&quot;</p>',
    );
  });

  it('leaves colours of a terminal out and names control characters and marks of direction', () => {
    expect(escaped('\x1b[31mred\x1b[0m \x1b]0;x\x07\r\0')).to.equal('red ^[]0;x^G^M^@');
    expect(escaped('a\u202eb\u2066c\u200fd\u061ce')).to.equal('a[U+202E]b[U+2066]c[U+200F]d[U+061C]e');
    expect(escaped('line\nline')).to.equal('line\nline');
  });

  it('takes lists, numbers, nothing, and what is HTML already', () => {
    const items = ['<', 1, null, html`<i>${'&'}</i>`, trusted('<hr>')];
    expect(html`<b>${items}</b>`.text).to.equal('<b>&lt;1<i>&amp;</i><hr></b>');
  });

  it('has the colours of the page', () => {
    const css = readFileSync(new URL('../../../lib/dashboard/style/base.css', import.meta.url), 'utf8');
    for (const [name, [light, dark]] of Object.entries(COLORS))
      expect(css, name).to.include(`--${name}: light-dark(${light}, ${dark});`);
  });
});
