import type { CONFIG_OPERATIONS } from '../../api/operations/config.ts';
import type { OperationOf, QueryOf } from '../../api/operations.ts';
import type { Control, DiffQuery } from '../../control/control.ts';
import type { ConfigSubject } from '../../model/configuration/applied.ts';
import { RevisionNotFoundError } from '../../model/errors.ts';
import { preconditionOf, sendRevision } from '../preconditions.ts';
import { RequestError } from '../problem.ts';
import type { HandlersOf } from '../route.ts';

/** The handlers of the configuration. */
export function configHandlers(control: Control): HandlersOf<typeof CONFIG_OPERATIONS> {
  return {
    reloadConfig: async ({ query: { dry_run: isDryRun }, origin, ctx }) => {
      const reload = await control.reload(isDryRun, origin, preconditionOf(ctx));
      sendRevision(ctx, reload.revision);
      return reload;
    },
    listConfigRevisions: ({ query: { before = Infinity, limit, subject: kind, ...ids } }) => {
      const subject = subjectIn(ids);
      return control.queries.configRevisions({
        ...{ before, limit },
        ...(subject === null ? {} : { subject }),
        ...(kind === undefined ? {} : { kind }),
      });
    },
    getConfigRevision: ({ ctx }) => control.queries.configRevision(numberIn(ctx.params?.['number'] ?? '')),
    getConfigDiff: ({ query }) => control.queries.configDiff(diffQueryOf(query)),
  };
}

type Ids = Pick<QueryOf<OperationOf<'getConfigDiff'>>, 'agent_id' | 'service_id'>;

function subjectIn({ agent_id: agentId, service_id: serviceId }: Ids): ConfigSubject | null {
  if (agentId !== undefined && serviceId !== undefined) throw refused('service_id', 'agent_id');
  if (agentId !== undefined) return `agent:${agentId}`;
  return serviceId === undefined ? null : `service:${serviceId}`;
}

function diffQueryOf({ from, to, subject: host, ...ids }: QueryOf<OperationOf<'getConfigDiff'>>): DiffQuery {
  const of = subjectIn(ids);
  if (of !== null && host !== undefined) throw refused('subject', 'agent_id or service_id');
  const subject = of ?? host ?? null;
  const given = from ?? to;
  if (subject !== null && given !== undefined) throw refused('from', 'agent_id, service_id or subject');
  return { from: from ?? null, to: to ?? null, subject };
}

function refused(path: string, others: string): RequestError {
  const message = `cannot be given together with ${others}`;
  return new RequestError('invalid_request', `"${path}" ${message}.`, { issues: [{ path, message }] });
}

/** Anything but a number is the number of no revision. */
function numberIn(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new RevisionNotFoundError(`"${text}"`);
  return Number(text);
}
