import { Router } from '@koa/router';
import type { RouterContext } from '@koa/router';
import Koa from 'koa';
import type { Control } from '../control/control.ts';
import type { MachineLibrary } from '../ports/machine-library.ts';
import type { Exposition, RequestMeter } from '../ports/meter.ts';
import { door } from './door.ts';
import { Guards, type GuardOptions } from './guards.ts';
import { measured } from './measured.ts';
import { RequestError } from './problem.ts';
import type { RequestState } from './route.ts';
import { allRoutes } from './routes.ts';
import { StreamPlaces } from './stream-places.ts';

/** What the API is made of. */
export interface HttpAppOptions extends GuardOptions {
  readonly version: string;
  readonly control: Control;
  /** What GET /metrics answers. */
  readonly exposition: Exposition;
  /** What GET /api/machines answers. */
  readonly machines: MachineLibrary;
  /** Made of the options where they are left out; given where more than this app asks them. */
  readonly guards?: Guards;
  /** Told of every request; default: nobody. */
  readonly meter?: RequestMeter | undefined;
  /** How many streams may be open at once; by default 700. */
  readonly mostStreams?: number;
}

function refuseUnrouted(ctx: RouterContext<RequestState>): void {
  const methods = new Set((ctx.matched ?? []).flatMap((layer) => layer.methods));
  if (methods.size === 0) {
    throw new RequestError('route_not_found', `There is no route "${ctx.path}"; GET /docs lists all.`);
  }
  const allow = [...methods, 'OPTIONS'].join(', ');
  if (ctx.method !== 'OPTIONS') {
    const message = `${ctx.method} is not possible on "${ctx.path}"; possible are ${allow}.`;
    throw new RequestError('method_not_allowed', message, { headers: { Allow: allow } });
  }
  ctx.set('Allow', allow);
  ctx.status = 204;
}

/** The REST API over `control` (contract 3), as a Koa app that listens nowhere yet; see {@link listen}. */
export function createHttpApp(options: HttpAppOptions): Koa<RequestState> {
  const { control, exposition, machines, log, meter, version, guards = new Guards(options) } = options;
  const router = new Router<RequestState>({ sensitive: true });
  const places = new StreamPlaces(options.mostStreams);
  for (const { method, paths, handle } of allRoutes(control, version, exposition, machines, places)) {
    router.register([...paths], [method], handle);
  }
  const app = new Koa<RequestState>();
  if (meter !== undefined) app.use(measured(meter));
  app.use(door({ log, version, guards }));
  app.use(router.routes());
  app.use(refuseUnrouted);
  // Only connections that break while an answer is written come here; without a listener Koa prints to the console.
  app.on('error', (err: unknown) => {
    log.debug({ err }, 'a connection broke before its answer was written');
  });
  return app;
}
