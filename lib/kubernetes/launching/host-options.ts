import type { Clock, Timers } from '../../ports/clock.ts';
import type { ReachCrashPoint } from '../../ports/crash-points.ts';
import type { LaunchLedger } from '../../ports/launch-ledger.ts';
import type { Log } from '../../ports/log.ts';
import type { OrphanPolicy } from '../../ports/process-host.ts';
import type { KubernetesClient } from '../api/client.ts';
import type { NewObject, PodDefaults } from '../pods/pod-parts.ts';
import type { PodOutput } from './pod-context.ts';

export interface KubernetesProcessHostOptions {
  readonly client: KubernetesClient;
  readonly namespace: string;
  readonly instanceId: string;
  readonly basePath: string;
  readonly stateDir: string;
  readonly hostUrl: () => string;
  readonly defaults: Omit<PodDefaults, 'instance' | 'basePath' | 'shim'>;
  /** The ConfigMap with the shim, and the architecture that it is for. */
  readonly shim: { readonly object: NewObject; readonly architecture: string };
  readonly launchTimeoutMs: number;
  readonly orphans: OrphanPolicy;
  readonly ownsRecords: boolean;
  readonly output: PodOutput | null;
  readonly ledger: LaunchLedger;
  readonly log: Log;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly crashPoint?: ReachCrashPoint | undefined;
}
