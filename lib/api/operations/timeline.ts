import { z } from 'zod';
import { countField, idField, instantOrAgeField, listField } from '../fields.ts';
import { ok } from '../operation.ts';
import type { Operations } from '../operation.ts';
import { timelineSchema } from '../schemas/timeline.ts';

const query = z.strictObject({
  since: instantOrAgeField.optional().meta({ description: 'The beginning. Default: a day before the end.' }),
  until: instantOrAgeField.optional().meta({ description: 'The end. Default: now.' }),
  service_id: listField(idField).optional().meta({ description: 'Only these services. Default: all.' }),
  resolution_ms: countField(1, 86_400_000).optional().meta({
    description: 'Entries of a lane within one such period are condensed. Default: a 2,000th of the period.',
  }),
});

/** The route of the timeline. */
export const TIMELINE_OPERATIONS = {
  getTimeline: {
    tag: 'Events',
    summary: 'The states of services over time, with commands, crashes, reloads, restarts of the host and its health.',
    description: `Read from the journal, so it includes earlier runs of the host and deleted services. Times are milliseconds after \`since\`.
What the journal does not say is null: the time before its first event about a service, and after the last one of a deleted service. In an absence
of the host, states are not known either. The events themselves are at \`/api/events/history\`.`,
    query,
    answers: ok(timelineSchema),
    problems: ['store_unavailable'],
  },
} as const satisfies Operations;
