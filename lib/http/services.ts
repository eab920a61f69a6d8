import { z } from 'zod';
import type { Control } from '../control/control.ts';
import { parseServiceId } from '../model/ids.ts';
import type { ServiceView } from '../model/views.ts';
import { countField, exitField, idField } from './fields.ts';
import { RequestError } from './problem.ts';
import { jsonRoute } from './route.ts';
import type { Route } from './route.ts';

const PAGE_LIMIT = 1000;

const PAGE = z.strictObject({ limit: countField(1, PAGE_LIMIT).default(PAGE_LIMIT), cursor: idField.optional() });

const EXPLAIN = z.strictObject({ if_exit: exitField.optional() });

interface ServicePage {
  readonly services: readonly ServiceView[];
  /** The `cursor` of the following page, null at the end. */
  readonly next: string | null;
}

// The cursor is the last id of the page before: a place in a list that can shrink needs a name, not a number.
function pageOf(services: readonly ServiceView[], limit: number, cursor: string | undefined): ServicePage {
  const last = cursor === undefined ? -1 : services.findIndex(({ id }) => id === cursor);
  if (last === -1 && cursor !== undefined) {
    const message = `names the service "${cursor}", which is gone; begin again without a cursor`;
    throw new RequestError('invalid_request', `"cursor" ${message}.`, { issues: [{ path: 'cursor', message }] });
  }
  const page = services.slice(last + 1, last + 1 + limit);
  const hasMore = last + 1 + page.length < services.length;
  return { services: page, next: hasMore ? (page.at(-1)?.id ?? null) : null };
}

/** The routes under /api/services. */
export function serviceRoutes(control: Control): readonly Route[] {
  return [
    jsonRoute({
      method: 'GET',
      path: '/api/services',
      summary: 'All services, in the order of first start; paged by limit and cursor.',
      query: PAGE,
      answer: ({ query: { limit, cursor } }) => pageOf(control.services(), limit, cursor),
    }),
    jsonRoute({
      method: 'GET',
      path: '/api/services/:id',
      summary: 'One service.',
      answer: ({ id }) => control.service(parseServiceId(id)),
    }),
    jsonRoute({
      method: 'GET',
      path: '/api/services/:id/explain',
      summary:
        'Why a service is as it is, what led to it and what happens next; if_exit=1 or if_exit=SIGKILL: what such an exit would lead to.',
      query: EXPLAIN,
      answer: ({ id, query: { if_exit: ifExit } }) => control.explain(parseServiceId(id), ifExit),
    }),
    jsonRoute({
      method: 'POST',
      path: '/api/services/:id/start',
      summary: 'Let a service run that was stopped or waits; clears what its earlier failures left behind.',
      answer: ({ id, origin }) => control.startService(parseServiceId(id), origin),
    }),
    jsonRoute({
      method: 'POST',
      path: '/api/services/:id/stop',
      summary: 'Stop one service until it or an agent that holds it is started; answers when its processes are gone.',
      answer: ({ id, origin }) => control.stopService(parseServiceId(id), origin),
    }),
    jsonRoute({
      method: 'POST',
      path: '/api/services/:id/restart',
      summary: 'End the process of a service and launch it anew.',
      answer: ({ id, origin }) => control.restartService(parseServiceId(id), origin),
    }),
  ];
}
