import type { DescribedEventView } from '../../../lib/api/schemas/event.ts';
import type { LaunchView } from '../../../lib/api/schemas/launch.ts';
import type { TimelineView } from '../../../lib/api/schemas/timeline.ts';
import { lanesOf } from '../../../lib/frontend/timeline/lanes.ts';
import { needsAttention } from '../../../lib/frontend/world/attention.ts';
import type { Crash, Listed, ReportContent } from '../../../lib/report/content.ts';
import { healthOf, serviceOf } from '../frontend/views.ts';

/** The day of the reports of these specs. */
export const FROM = Date.UTC(2026, 0, 2, 0, 0, 0);
export const HOUR = 3_600_000;
export const RANGE = { from: FROM, to: FROM + 24 * HOUR };

export function at(hours: number): string {
  return new Date(FROM + hours * HOUR).toISOString();
}

export function launchOf(generation: number, more: Partial<LaunchView> = {}): LaunchView {
  return {
    ...{ generation, pid: 1, place: null, version: '1.0.0', executable: '/plant/corerl-1.0.0', revision: null },
    ...{ launched_at: at(generation), ended_at: at(generation + 1), exit: null, cause: null, stable: false },
    ...{ uptime_ms: null, max_rss: null, cpu_ms: null, output_tail: null },
    ...more,
  };
}

/** An exit of `pump1-corerl`. */
export function exitOf(seq: number, more: Partial<DescribedEventView> = {}): DescribedEventView {
  return {
    ...{ seq, at: at(seq), type: 'process.exited', service_id: 'pump1-corerl', agent_id: 'pump1' },
    ...{ cause: 'process.exited', correlation_id: null, sentence: 'The process exited with code 3.' },
    detail: { code: 3, signal: null, class: 'code', generation: seq },
    ...more,
  };
}

export function crashOf(seq: number, more: Partial<Crash> = {}): Crash {
  const event = exitOf(seq);
  return {
    ...{ event, serviceId: 'pump1-corerl', generation: seq, launch: launchOf(seq), why: null },
    consequences: { type: 'read', value: [] },
    ...more,
  };
}

export function listed<T>(...items: readonly T[]): { readonly type: 'read'; readonly value: Listed<T> } {
  return { type: 'read', value: { items, omitted: 0, isPartial: false } };
}

const NO_COLUMNS = {
  states: { at: [], state: [], worst: [], count: [] },
  marks: { at: [], kind: [], seq: [], count: [] },
  condensed: [],
};

/** A day in which `pump1-corerl` crashed twice, and in which no host was running for an hour. */
export function timelineOf(more: Partial<TimelineView> = {}): TimelineView {
  return {
    ...{ since: at(0), until: at(24), now: at(24), stored_since: at(-24), resolution_ms: 60_000 },
    absences: [{ from: 12 * HOUR, to: 13 * HOUR, exact: true }],
    health: { at: [0, 20 * HOUR, 21 * HOUR], status: ['healthy', 'degraded', 'healthy'] },
    host: { ...NO_COLUMNS, marks: { at: [13 * HOUR], kind: ['host_start'], seq: [5], count: [1] } },
    lanes: [
      {
        ...{ service_id: 'pump1-corerl', known: true, initially: 'running' },
        states: {
          at: [6 * HOUR, 7 * HOUR, 18 * HOUR, 18.1 * HOUR],
          state: ['backoff', 'running', 'backoff', 'unready'],
          worst: ['backoff', 'running', 'backoff', 'unready'],
          count: [1, 1, 1, 1],
        },
        marks: {
          at: [6 * HOUR, 7 * HOUR, 18 * HOUR, 18.1 * HOUR],
          kind: ['crash', 'launch', 'crash', 'launch'],
          seq: [1, 2, 3, 4],
          count: [1, 1, 2, 2],
        },
        condensed: [{ from: 17 * HOUR, to: 18 * HOUR, count: 40 }],
      },
      { service_id: 'steady', known: true, initially: 'stopped', ...NO_COLUMNS },
    ],
    ...more,
  };
}

/** What a report of that day has. */
export function contentOf(more: Partial<ReportContent> = {}): ReportContent {
  const service = serviceOf('pump1-corerl', { state: 'failed', substate: 'exhausted', reason: 'it failed too often' });
  const needs = needsAttention([service], healthOf(), RANGE.to);
  const [attention] = needs.services;
  if (attention === undefined) throw new Error('A failed service needs attention.');
  return {
    subject: { agent: null, service: null },
    ...{ range: RANGE, madeAt: RANGE.to, health: healthOf() },
    attention: { needs, total: 2, rows: [{ attention, explained: { type: 'unread', reason: 'the host is busy' } }] },
    timeline: { type: 'read', value: lanesOf(timelineOf()) },
    ...{ crashes: listed(crashOf(18), crashOf(6)), differences: [] },
    ...{ commands: listed(), notes: listed(), configurations: listed(), versions: listed(), usage: listed() },
    ...more,
  };
}
