import type { RequestListener } from 'node:http';
import type { RouterContext } from '@koa/router';
import Koa from 'koa';
import type { Control } from '../control/control.ts';
import type { MachineLibrary } from '../ports/machine-library.ts';
import type { Exposition, RequestMeter } from '../ports/meter.ts';
import { Guards, type GuardOptions } from './access/guards.ts';
import { RequestMeasures } from './measure-requests.ts';
import { RequestError } from './problem.ts';
import type { RequestState } from './request-context.ts';
import { requestPipeline } from './request-pipeline.ts';
import { createRouter } from './router.ts';
import { allRoutes } from './routes.ts';
import { StreamLimit } from './stream-limit.ts';
import {
  upgradeListener,
  upgradePath,
  upgradeRequired,
  type UpgradeListener,
  type Upgrades,
} from './websocket-upgrades.ts';

/** The parts and settings of the API. */
export interface HttpAppOptions extends GuardOptions {
  /** What people call the host. */
  readonly name: string;
  readonly version: string;
  readonly control: Control;
  /** The source of GET /metrics. */
  readonly exposition: Exposition;
  /** The source of GET /api/machines. */
  readonly machines: MachineLibrary;
  /** Created from these options by default; pass them if something besides this app uses them. */
  readonly guards?: Guards;
  /** Counts every request; default: none. */
  readonly meter?: RequestMeter | undefined;
  /** How many streams may be open at once; default: 700. */
  readonly maxStreams?: number;
  /** The page that /inspector opens; default: the public Stately inspector. */
  readonly inspectorUrl?: string;
  /** The WebSocket endpoints; default: none. */
  readonly upgrades?: Upgrades;
}

/** Handles requests and WebSocket upgrades. */
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

/** The REST API over `control` (contract 3) as an app that does not listen yet; see {@link listen}. */
export function createHttpApp(options: HttpAppOptions): HttpApp {
  const { name, control, exposition, machines, log, meter, version, guards = new Guards(options) } = options;
  const { upgrades = {}, inspectorUrl } = options;
  const streamLimit = new StreamLimit(options.maxStreams);
  const routes = allRoutes(control, { name, version }, exposition, machines, streamLimit, inspectorUrl);
  const app = new Koa<RequestState>();
  const measures = meter && new RequestMeasures(meter);
  app.use(requestPipeline({ log, host: { name, version }, guards, measures }));
  app.use(createRouter(routes));
  app.use((ctx: RouterContext<RequestState>) => {
    refuseUnrouted(ctx, upgrades);
  });
  // Only connections that break during a response get here; without a listener Koa prints to the console.
  app.on('error', (err: unknown) => {
    log.debug({ err }, 'a connection broke before its response was sent');
  });
  return {
    callback: () => app.callback(),
    upgrade: () => upgradeListener({ guards, upgrades, version, log }),
  };
}
