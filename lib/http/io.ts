import { z } from 'zod';
import type { Control } from '../control/control.ts';
import { parseServiceId } from '../model/ids.ts';
import { idField, pathField } from './fields.ts';
import { jsonRoute } from './route.ts';
import type { Route } from './route.ts';

const START = z.strictObject({ config_path: pathField, coreio_id: idField.nullish() });

function both(rest: string): { readonly path: string; readonly aliases: readonly string[] } {
  return { path: `/api/io${rest}`, aliases: [`/api/coreio${rest}`] };
}

/** The routes under /api/io: coreio services that agents can share. */
export function ioRoutes(control: Control): readonly Route[] {
  return [
    jsonRoute({
      method: 'POST',
      ...both('/start'),
      summary: 'Start a coreio service that agents can share.',
      body: START,
      answer: async ({ body: { config_path: configPath, coreio_id: coreioId }, origin }) => {
        const io = await control.startIo({ configPath, ...(coreioId == null ? {} : { coreioId }) }, origin);
        return {
          service_id: io.service_id,
          message: `Service "${io.service_id}" is ${io.status.state}.`,
          config_path: io.status.config_path,
          status: io.status,
        };
      },
    }),
    jsonRoute({
      method: 'POST',
      ...both('/:id/stop'),
      summary: 'Let go of a shared coreio service; it ends and is forgotten when no agent holds it.',
      answer: ({ id, origin }) => control.stopIo(parseServiceId(id), origin),
    }),
    jsonRoute({
      method: 'GET',
      ...both('/:id/status'),
      summary: 'The state of a shared coreio service.',
      answer: ({ id }) => control.io(parseServiceId(id)),
    }),
    jsonRoute({
      method: 'GET',
      ...both(''),
      summary: 'All shared coreio services.',
      answer: () => ({ coreio_services: control.ioServices() }),
    }),
  ];
}
