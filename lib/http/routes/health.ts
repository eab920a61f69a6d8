import type { HOST_OPERATIONS } from '../../api/operations/host.ts';
import type { Control } from '../../control/control.ts';
import { RequestError } from '../problem.ts';
import type { Context } from '../request-context.ts';
import type { HandlersOf } from '../route.ts';

function sendOk(ctx: Context): void {
  ctx.type = 'text/plain';
  ctx.body = 'ok';
}

/** The handlers for health and shutdown of the host. */
export function healthHandlers(control: Control): HandlersOf<typeof HOST_OPERATIONS> {
  return {
    shutdown: ({ body: { mode }, origin, ctx }) => {
      ctx.status = 202;
      return { mode: control.shutdown(mode ?? null, origin) };
    },
    acknowledgeHealth: ({ origin }) => control.acknowledge(origin),
    getHealth: () => control.queries.health(),
    getLiveness: {
      write: ({ ctx }) => {
        sendOk(ctx);
      },
    },
    getReadiness: {
      write: ({ ctx }) => {
        const obstacles = control.queries.obstacles();
        if (obstacles.length > 0) {
          throw new RequestError('not_ready', ['The host cannot execute commands.', ...obstacles].join(' '));
        }
        sendOk(ctx);
      },
    },
  };
}
