import { expect } from 'chai';
import { lanesOf } from '../../../lib/frontend/timeline/lanes.ts';
import { reportFileName } from '../../../lib/report/make-report.ts';
import { writeReport } from '../../../lib/report/writing/document.ts';
import { at, contentOf, crashOf, launchOf, listed, RANGE, timelineOf } from './content.ts';

/** The document as people read it: without tags. */
function read(text: string): string {
  return text
    .replace(/<style>.*<\/style>/s, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');
}

const sectionOf = (text: string, id: string): string =>
  read(new RegExp(`<section id="${id}">.*?</section>`, 's').exec(text)?.[0] ?? '');

describe('the document of a report', () => {
  it('allows nothing to be loaded or run', () => {
    const text = writeReport(contentOf());
    expect(text).to.match(/^<!doctype html>/);
    expect(text).to.include(`content="default-src &#39;none&#39;; style-src &#39;unsafe-inline&#39;; img-src data:`);
    expect(text).not.to.match(/<script|<link|<img|<iframe|@import|https?:\/\//);
  });

  it('says the range with its time zone and its distance from UTC', () => {
    expect(read(writeReport(contentOf()))).to.match(/Range .* to .* \(1 d\) Time zone \S+, UTC[+-]\d\d:\d\d/);
  });

  it('says from when on anything is known', () => {
    const timeline = { type: 'read', value: lanesOf(timelineOf({ stored_since: at(3) })) } as const;
    expect(read(writeReport(contentOf({ timeline })))).to.include('of the time before that nothing is known');
    expect(read(writeReport(contentOf()))).not.to.include('nothing is known');
  });

  it('has when no host was running, when it was degraded, and what is condensed', () => {
    const said = sectionOf(writeReport(contentOf()), 'timeline');
    expect(said).to.match(/No host was running from .* to .* \(1 h\)/);
    expect(said).to.match(/The host was degraded from .* to/);
    expect(said).to.match(/pump1-corerl: 40 repeated events between .* are no longer stored one by one/);
  });

  it('counts crashes with those that are left out', () => {
    const crashes = { type: 'read', value: { items: [crashOf(6)], omitted: 7, isPartial: true } } as const;
    const said = sectionOf(writeReport(contentOf({ crashes })), 'crashes');
    expect(said)
      .to.include('Crashes: 8')
      .and.include('Only the latest 1 are here; at least 7 crashes of this range left out');
  });

  it('has the last words of a crash, no more of a line than it must, and says where they are missing', () => {
    const tail = [{ at: at(6), stream: 'stderr', text: `10 %\r20 %\r${'x'.repeat(600)}` }] as const;
    const said = (crash: ReturnType<typeof crashOf>): string =>
      sectionOf(writeReport(contentOf({ crashes: listed(crash) })), 'crashes');
    const written = said(crashOf(6, { launch: launchOf(6, { output_tail: tail }) }));
    expect(written)
      .to.include(`${'x'.repeat(500)}… (100 more characters)`)
      .and.not.include('20 %');
    expect(said(crashOf(6))).to.include('There are no last words of launch 6');
    expect(said(crashOf(6, { launch: null }))).to.include('services logs pump1-corerl --generation 6');
    const consequences = { type: 'unread', reason: 'the journal is gone' } as const;
    expect(said(crashOf(6, { consequences }))).to.include('What followed cannot be read: the journal is gone');
  });

  it('says of each part that could not be read why', () => {
    const unread = { type: 'unread', reason: 'the store <b>is</b> locked' } as const;
    const parts = { timeline: unread, crashes: unread, commands: unread, notes: unread, configurations: unread };
    const text = writeReport(contentOf({ ...parts, versions: unread, usage: unread }));
    for (const id of ['timeline', 'crashes', 'commands', 'notes', 'configuration', 'versions', 'usage'])
      expect(sectionOf(text, id), id).to.include('cannot be read: the store &lt;b&gt;is&lt;/b&gt; locked');
  });

  it('draws processor and memory, and says that they are kept for a day', () => {
    const samples = [6, 7].map((hours) => ({ at: at(hours), cpu_percent: hours, rss_bytes: hours * 1024 * 1024 }));
    const usage = listed({ serviceId: 'pump1-corerl', samples });
    const range = { from: RANGE.from - 1, to: RANGE.to };
    const said = sectionOf(writeReport(contentOf({ usage, range })), 'usage');
    expect(said).to.include('Processor: at most 7.0 %, on average 6.5 %').and.include('Memory: at most 7.0 MiB');
    expect(said).to.include('the beginning of the range has none');
  });

  it('has a file name without anything that a system could not take', () => {
    expect(reportFileName('Plant <7>/..', RANGE)).to.equal('report-Plant-7-2026-01-03-00-00.html');
    expect(reportFileName('厂', RANGE)).to.equal('report-host-2026-01-03-00-00.html');
  });
});
