import type { SERVICE_OPERATIONS } from '../../api/operations/services.ts';
import type { ServiceView } from '../../api/schemas/service.ts';
import type { Control } from '../../control/control.ts';
import { parseServiceId } from '../../model/values/ids.ts';
import { keptJson, ListBody } from '../json-text.ts';
import { Pages } from '../page.ts';
import { sendJsonText, type HandlersOf } from '../route.ts';
import { waitOf } from '../waiting.ts';

/** The handlers of single services. */
export function serviceHandlers(control: Control): HandlersOf<typeof SERVICE_OPERATIONS> {
  const pages = new Pages('service');
  const list = new ListBody('services');
  return {
    listServices: {
      write({ query, ctx }) {
        const { agent_id: agentId, state: states, ready, flapping, kind } = query;
        const isWanted = (service: ServiceView): boolean =>
          (agentId === undefined || service.agents.includes(agentId)) &&
          (states?.includes(service.state) ?? true) &&
          (ready === undefined || service.ready === ready) &&
          (flapping === undefined || (service.flapping !== null) === flapping) &&
          (kind === undefined || service.kind === kind);
        const { items, next } = pages.of(control.queries.services(), query, isWanted);
        sendJsonText(ctx, list.of(items, next));
      },
    },
    getService: {
      write: async ({ id, ctx }) => {
        sendJsonText(ctx, `${keptJson(await control.queries.serviceInFull(parseServiceId(id)))}\n`);
      },
    },
    explainService: ({ id, query: { if_exit: ifExit } }) => control.queries.explain(parseServiceId(id), ifExit),
    startService: ({ id, query, origin, ctx }) => control.startService(parseServiceId(id), origin, waitOf(ctx, query)),
    stopService: ({ id, query, origin, ctx }) => control.stopService(parseServiceId(id), origin, waitOf(ctx, query)),
    restartService: ({ id, query, origin, ctx }) =>
      control.restartService(parseServiceId(id), origin, waitOf(ctx, query)),
    signalService: ({ id, body: { signal }, origin }) => control.signalService(parseServiceId(id), signal, origin),
    acknowledgeService: ({ id, body: { note }, origin }) =>
      control.acknowledgeService(parseServiceId(id), note ?? null, origin),
    getVersions: ({ id }) => control.queries.versions(parseServiceId(id)),
    pinVersion: ({ id, body: { version, dry_run: isDryRun = false }, origin }) =>
      control.pinVersion(parseServiceId(id), { version, isDryRun }, origin),
    deleteService: {
      write: async ({ id, origin, ctx }) => {
        await control.deleteService(parseServiceId(id), origin);
        ctx.status = 204;
      },
    },
  };
}
