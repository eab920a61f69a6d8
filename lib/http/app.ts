import type { RequestListener } from 'node:http';
import { Router } from '@koa/router';
import type { RouterContext } from '@koa/router';
import Koa from 'koa';
import type { Control } from '../control/control.ts';
import type { MachineLibrary } from '../ports/machine-library.ts';
import type { Exposition, RequestMeter } from '../ports/meter.ts';
import { Guards, type GuardOptions } from './access/guards.ts';
import { measured } from './measure-requests.ts';
import { RequestError } from './problem.ts';
import type { RequestState } from './request-context.ts';
import { requestPipeline } from './request-pipeline.ts';
import { allRoutes } from './routes.ts';
import { StreamPlaces } from './stream-places.ts';
import {
  upgradeListener,
  upgradePath,
  upgradeRequired,
  type UpgradeListener,
  type Upgrades,
} from './websocket-upgrades.ts';

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
  /** The page that /inspector opens; default: that of the makers of XState. */
  readonly inspectorUrl?: string;
  /** What is answered over WebSockets; default: nothing. */
  readonly upgrades?: Upgrades;
}

/** What answers requests, and what answers those that ask for a WebSocket. */
export interface HttpApp {
  callback(): RequestListener;
  upgrade(): UpgradeListener;
}

function refuseUnrouted(ctx: RouterContext<RequestState>, upgrades: Upgrades): void {
  if (upgradePath(ctx.path) in upgrades) throw upgradeRequired(ctx.path);
  const methods = new Set((ctx.matched ?? []).flatMap((layer) => layer.methods));
  if (methods.size === 0) {
    throw new RequestError('route_not_found', `Route "${ctx.path}" not found. GET /docs lists all routes.`);
  }
  const allow = [...methods, 'OPTIONS'].join(', ');
  if (ctx.method !== 'OPTIONS') {
    const message = `${ctx.method} is not allowed on "${ctx.path}". Allowed: ${allow}.`;
    throw new RequestError('method_not_allowed', message, { headers: { Allow: allow } });
  }
  ctx.set('Allow', allow);
  ctx.status = 204;
}

/** The REST API over `control` (contract 3), as an app that listens nowhere yet; see {@link listen}. */
export function createHttpApp(options: HttpAppOptions): HttpApp {
  const { control, exposition, machines, log, meter, version, guards = new Guards(options) } = options;
  const { upgrades = {}, inspectorUrl } = options;
  const router = new Router<RequestState>({ sensitive: true });
  const places = new StreamPlaces(options.mostStreams);
  for (const { method, paths, handle } of allRoutes(control, version, exposition, machines, places, inspectorUrl)) {
    router.register([...paths], [method], handle);
  }
  const app = new Koa<RequestState>();
  if (meter !== undefined) app.use(measured(meter));
  app.use(requestPipeline({ log, version, guards }));
  app.use(router.routes());
  app.use((ctx: RouterContext<RequestState>) => {
    refuseUnrouted(ctx, upgrades);
  });
  // Only connections that break while an answer is written come here; without a listener Koa prints to the console.
  app.on('error', (err: unknown) => {
    log.debug({ err }, 'a connection broke before its answer was written');
  });
  return {
    callback: () => app.callback(),
    upgrade: () => upgradeListener({ guards, upgrades, version, log }),
  };
}
