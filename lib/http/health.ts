import type { Control } from '../control/control.ts';
import { RequestError } from './problem.ts';
import { jsonRoute, plainRoute } from './route.ts';
import type { Context, Route } from './route.ts';

function sendOk(ctx: Context): void {
  ctx.type = 'text/plain';
  ctx.body = 'ok';
}

/** The routes that say how the host is. */
export function healthRoutes(control: Control): readonly Route[] {
  return [
    jsonRoute({
      method: 'GET',
      path: '/api/healthcheck',
      summary: 'Health of the host; degraded, with reasons, when it cannot store commands. Needs no token.',
      answer: () => control.health(),
    }),
    plainRoute({ method: 'GET', path: '/livez', summary: 'Answers ok while the host lives. Needs no token.' }, sendOk),
    plainRoute(
      { method: 'GET', path: '/readyz', summary: 'Answers ok when the host can carry out commands.' },
      (ctx) => {
        const obstacles = control.obstacles();
        if (obstacles.length > 0) {
          throw new RequestError('not_ready', ['The host cannot carry out commands.', ...obstacles].join(' '));
        }
        sendOk(ctx);
      },
    ),
  ];
}
