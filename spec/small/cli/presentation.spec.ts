import { expect } from 'chai';
import type { EventView } from '../../../lib/api/schemas/event.ts';
import { eventLine } from '../../../lib/cli/events/events.ts';
import { printFailure } from '../../../lib/cli/host/client-errors.ts';
import { instantOf } from '../../../lib/cli/host/host-options.ts';
import { colorsFor } from '../../../lib/cli/output/colors.ts';
import { renderReport } from '../../../lib/cli/output/doctor-report.ts';
import { stateCell } from '../../../lib/cli/output/state.ts';
import { age, factSheet, memorySize, paragraph } from '../../../lib/cli/output/table.ts';
import { factsOf, serviceTable, whyAndNext } from '../../../lib/cli/services/show-services.ts';
import { KeptText } from '../../support/command.ts';
import { serviceView } from '../../support/control/fake-control.ts';

const PLAIN = colorsFor(new KeptText(), {});
const COLORED = colorsFor(new KeptText(80), {});
const NOW = Date.parse('2026-01-02T03:05:00.000Z');

describe('the output for people', () => {
  it('ages are one word in the largest suitable unit, and never negative', () => {
    const ages = [-5_000, 0, 59_999, 60_000, 3_599_999, 3_600_000, 47 * 3_600_000, 48 * 3_600_000].map(age);
    expect(ages).to.deep.equal(['0s', '0s', '59s', '1m', '59m', '1h', '47h', '2d']);
  });

  it('amounts of memory are one word', () => {
    const sizes = [0, 1_024, 999 * 1_024, 1_024 ** 2, 73_400_320, 1_024 ** 3 * 1.5, 1_024 ** 4 * 2];
    expect(sizes.map(memorySize)).to.deep.equal(['0K', '1K', '999K', '1.0M', '70M', '1.5G', '2.0T']);
  });

  it('states are words, with a colour on terminals and the nested state if it adds something', () => {
    const shown = (state: 'running' | 'starting' | 'failed', substate: string | null, colors = PLAIN): string => {
      const { text, paint } = stateCell({ state, substate }, colors);
      return paint?.(text) ?? text;
    };
    expect(shown('running', 'ready')).to.equal('running');
    expect(shown('running', 'unready')).to.equal('running, not ready');
    expect(shown('starting', 'waiting')).to.equal('starting (waiting)');
    expect(shown('failed', null)).to.equal('failed');
    expect(shown('failed', null, COLORED)).to.equal('\x1b[31mfailed\x1b[39m');
    expect(shown('running', 'unready', COLORED)).to.equal('\x1b[33mrunning, not ready\x1b[39m');
  });

  it('a state in doubt is never shown as if it were known', () => {
    const doubt = { since: '2026-01-02T03:04:30.000Z', reason: 'node n2 is not ready' };
    const service = { ...serviceView('pump1-corerl'), doubt };
    const { text, paint } = stateCell(service, COLORED);
    expect(paint?.(text)).to.equal('\x1b[33mrunning, in doubt\x1b[39m');
    expect(whyAndNext(service, NOW)).to.equal('in doubt: node n2 is not ready, for 30s');
  });

  it('paragraphs are wrapped at words, and a word longer than the line has its own line', () => {
    expect(paragraph('one two three', 8)).to.equal('one two\nthree');
    expect(paragraph('one two three', undefined)).to.equal('one two three');
    expect(paragraph('a veryverylongword b', 6, '  ')).to.equal('a\n  veryverylongword\n  b');
  });

  it('facts are in two columns, without unknown ones', () => {
    expect(factSheet({ kind: 'corerl', config: null, 'last exit': 'code 3 of one two' }, 20)).to.equal(
      'kind       corerl\nlast exit  code 3 of\n           one two\n',
    );
  });

  it('a service is a row with its reason and its deadline', () => {
    const next = { what: 'start', at: '2026-01-02T03:05:09.500Z' };
    const service = { ...serviceView('pump1-corerl', 'backoff'), reason: 'the process exited with code 3', next };
    expect(whyAndNext(service, NOW)).to.equal('the process exited with code 3; start in 9s');
    expect(serviceTable({ colors: PLAIN, width: undefined, now: () => NOW }, [service])).to.equal(
      'SERVICE       STATE    FOR  PID  VERSION  RESTARTS  AGENTS  REASON\n' +
        'pump1-corerl  backoff  54s  -    1.2.3    0         -       the process exited with code 3; start in 9s\n',
    );
  });

  it('an event is an instant and a sentence, in the colour of the new state', () => {
    const event: EventView = {
      seq: 1,
      at: '2026-01-02T03:04:05.678Z',
      type: 'service.state_changed',
      service_id: 'pump1-corerl',
      from: 'running',
      to: 'failed',
      cause: 'process.exited',
      correlation_id: null,
      detail: { reason: 'the process exited with code 3' },
    };
    const sentence = 'pump1-corerl went from running to failed: the process exited with code 3.';
    expect(eventLine(event, { colors: PLAIN, width: undefined }, true)).to.equal(
      `2026-01-02T03:04:05.678Z  ${sentence}\n`,
    );
    const local = new Date('2026-01-02T03:04:05.678Z');
    const hours = String(local.getHours()).padStart(2, '0');
    const minutes = String(local.getMinutes()).padStart(2, '0');
    expect(eventLine(event, { colors: PLAIN, width: undefined })).to.match(
      new RegExp(`^2026-01-0[123] ${hours}:${minutes}:05\\.678  `),
    );
    expect(eventLine(event, { colors: COLORED, width: undefined })).to.include(`\x1b[31m${sentence}`);
    expect(eventLine(event, { colors: PLAIN, width: 80 }), 'no word is broken on a narrow terminal').to.match(
      /^.{23} {2}pump1-corerl went from running to failed: the process\n {25}exited with code 3\.\n$/,
    );
  });

  it('instants inside sentences are local too, unless UTC is wanted', () => {
    const detail = { webhook: 'alerts', until: '2026-01-02T03:04:05.678Z', note: null };
    const event: EventView = {
      ...{
        seq: 1,
        at: '2026-01-02T03:00:00.000Z',
        type: 'webhook.muted',
        cause: 'command',
        correlation_id: null,
        detail,
      },
    };
    const look = { colors: PLAIN, width: undefined };
    expect(eventLine(event, look, true)).to.include('until 2026-01-02T03:04:05.678Z');
    expect(eventLine(event, look)).to.match(/until 2026-01-0[123] \d\d:\d\d:05\./);
  });

  it('errors and findings break no words on a narrow terminal', () => {
    const narrow = new KeptText(40);
    const detail = 'The executable "corerl" was found nowhere below the base path.';
    printFailure(narrow, { code: 1, document: { detail } }, false);
    expect(narrow.text).to.equal('error: The executable "corerl" was found\nnowhere below the base path.\n');
    const finding = {
      id: 'executables',
      title: 'Executables',
      engines: null,
      status: 'fail',
      detail,
      remedy: detail,
    } as const;
    const report = renderReport([finding], narrow, { NO_COLOR: '1' });
    expect(report.split('\n').slice(0, 3)).to.deep.equal([
      'fail  Executables  The executable',
      '                   "corerl" was found',
      '                   nowhere below the',
    ]);
    for (const line of report.split('\n')) expect(line.length).to.be.at.most(40);
  });

  it('--since accepts durations and instants, and says what is valid', () => {
    expect(instantOf('--since', '90s', NOW)).to.equal('2026-01-02T03:03:30.000Z');
    expect(instantOf('--since', '2026-01-02T04:00:00+01:00', NOW)).to.equal('2026-01-02T03:00:00.000Z');
    for (const text of ['yesterday', '5', '']) {
      expect(() => instantOf('--since', text, NOW)).to.throw(
        `--since: "${text}" is neither a duration such as 5m nor an instant`,
      );
    }
  });

  it('the last exit has the time that the process was up, and what it said before it failed', () => {
    const exit = { code: 3, signal: null, at: '2026-01-02T03:04:00.000Z', generation: 2, class: 'code' } as const;
    const measured = { uptime_ms: 3_500, max_rss: null, cpu_ms: null, version: null, revision: null, because: null };
    const output_tail = [{ at: null, stream: 'stderr', text: 'no host\x1b[0m' }] as const;
    const service = { ...serviceView('pump'), pid: null, last_exit: { ...exit, ...measured, output_tail } };
    expect(factsOf(service, NOW)).to.include({
      'last exit': 'code 3 (code) after 3.5 s, launch 2, 1m ago',
      'last words': 'no host',
    });
    const killed = { ...service.last_exit, because: 'it ran out of memory' };
    expect(factsOf({ ...service, last_exit: killed }, NOW)['last exit']).to.include(
      '(code), because it ran out of memory after 3.5 s',
    );
    const stopped = { ...service, last_exit: { ...service.last_exit, class: 'stopped' } } as const;
    for (const other of [stopped, { ...service, pid: 7 }, { ...service, last_exit: { ...exit, ...measured } }])
      expect(factsOf(other, NOW)).to.include({ 'last words': null });
  });
});
