import type { Fallback } from '../../ports/catalog.ts';
import type { Millis } from '../../model/time.ts';
import type { ServiceContext } from './record.ts';

/** A file that was up for the reset time of the backoff is one to come back to. */
export function provenBy(context: ServiceContext, uptimeMs: Millis | null): Partial<ServiceContext> {
  const { executable, spec } = context;
  if (executable === null || uptimeMs === null || uptimeMs < spec.restart.backoff.resetAfterMs) return {};
  return { stable: { path: executable.path, version: executable.version } };
}

/** Whether another file than that of the launch was stable once. */
export function hasFallback({ stable, executable }: ServiceContext): boolean {
  return stable !== null && executable !== null && stable.path !== executable.path;
}

/** The file of the launch is given up, not the service. */
export function condemned({ executable }: ServiceContext, reason: string): Partial<ServiceContext> {
  return executable === null ? {} : { condemned: { ...executable, reason }, reason };
}

/** Why an older file runs than the newest; null: it does not. */
export function fallbackReason({ condemned, stable, executable }: ServiceContext): string | null {
  if (condemned === null || executable?.path === condemned.path || executable?.path !== stable?.path) return null;
  return `runs ${nameOf(executable)} because ${nameOf(condemned)} was set aside: ${condemned.reason}`;
}

/** What discovery has to know of files that failed. */
export function fallbackOf({ condemned, stable }: ServiceContext): { readonly fallback?: Fallback } {
  if (condemned === null || stable === null) return {};
  return { fallback: { condemned: condemned.fingerprint, stablePath: stable.path } };
}

function nameOf(release: { readonly path: string; readonly version: string | null } | null | undefined): string {
  return release?.version ?? release?.path ?? 'an older file';
}
