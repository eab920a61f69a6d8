import type { VersionChangeView, VersionsView } from '../../api/schemas/version.ts';
import { OrphanServiceError, ServiceNotFoundError, VersionNotFoundError } from '../../model/errors.ts';
import { pinSubject } from '../../model/intention.ts';
import { pinChange, type RunningFile } from '../../model/policy/pin.ts';
import { restartsIn, type ServiceChange } from '../../model/policy/reload.ts';
import { stateOf } from '../../model/states.ts';
import type { VersionedExecutable } from '../../ports/catalog.ts';
import { serviceRef, type ServiceRef, type ServiceSnapshot } from '../actors.ts';
import { restartIntention } from '../commands/service-commands.ts';
import { assertNotForeign } from '../commands/orphan-commands.ts';
import { isOrphan } from '../commands/ensure-actors.ts';
import { alreadyAccepted } from '../commands/idempotency.ts';
import type { CommandOrigin, WantedVersion } from '../control.ts';
import { pinView, serviceChangeView } from '../queries/views.ts';
import type { Runtime } from '../runtime.ts';

/**
 * Pins a service to a version, or unpins it: a live process of another version is stopped and launched again. Throws
 * ServiceNotFoundError, OrphanServiceError, VersionNotFoundError.
 */
export async function pinVersion(
  runtime: Runtime,
  id: string,
  { version, isDryRun }: WantedVersion,
  origin: CommandOrigin,
): Promise<VersionChangeView> {
  const { commandLog, ports } = runtime;
  return commandLog.run([id], async () => {
    const service = knownService(runtime, id);
    const { spec } = service.getSnapshot().context;
    const available = await ports.catalog.versions(spec.executable);
    if (version !== null && !available.some((one) => one.version === version)) {
      throw new VersionNotFoundError({ ...spec, wanted: version, available: available.map((one) => one.version) });
    }
    const choice = await ports.catalog.choose({ executable: spec.executable, version: version ?? spec.version });
    const to = choice.type === 'found' ? fileOf(choice.executable) : null;
    const from = runningFile(service.getSnapshot());
    const planned = changeNow(service, to, version);
    const isNew = alreadyAccepted(origin) === undefined;
    if (!isDryRun && isNew && planned !== null) await apply(runtime, service, { to, version }, origin);
    return {
      applied: !isDryRun,
      ...{ service_id: spec.id, pin: pinView(service.getSnapshot().context), available: available.map(availableView) },
      changes: planned === null ? [] : [serviceChangeView(planned)],
      restarts: planned === null ? [] : restartsIn([planned]),
      ...{ from, to },
    };
  });
}

/** The versions that there are for a service, and which one it runs. Throws ServiceNotFoundError, OrphanServiceError. */
export async function versionsOf(runtime: Runtime, id: string): Promise<VersionsView> {
  const { context } = knownService(runtime, id).getSnapshot();
  const available = await runtime.ports.catalog.versions(context.spec.executable);
  return {
    service_id: context.spec.id,
    version: context.executable?.version ?? null,
    executable: context.executable?.path ?? null,
    configured: context.spec.version,
    pin: pinView(context),
    available: available.map(availableView),
  };
}

function availableView({ version, path }: VersionedExecutable): VersionsView['available'][number] {
  return { version, executable: path };
}

function knownService(runtime: Runtime, id: string): ServiceRef {
  assertNotForeign(runtime, id);
  const service = serviceRef(runtime.root, id);
  if (service === undefined) throw new ServiceNotFoundError(id);
  if (isOrphan(service.getSnapshot().context)) throw new OrphanServiceError(id);
  return service;
}

/** What the new version changes as things are now. */
function changeNow(service: ServiceRef, to: RunningFile | null, version: string | null): ServiceChange | null {
  const snapshot = service.getSnapshot();
  const { spec, pin, holders, intended } = snapshot.context;
  // Restarting a service that is stopping would bring it up again.
  const kept = holders.length > 0 ? intended : 'stopped';
  return pinChange({ spec, pin, intended: kept, from: runningFile(snapshot), to }, version);
}

/** The file that is running or being launched; null: none. */
function runningFile({ context, value }: ServiceSnapshot): RunningFile | null {
  const { state, substate } = stateOf(value);
  const isUp = context.launch !== null || (state === 'starting' && substate === 'launching');
  return isUp && context.executable !== null ? fileOf(context.executable) : null;
}

function fileOf({ version, path }: { readonly version: string | null; readonly path: string }): RunningFile {
  return { version, executable: path };
}

async function apply(
  { commandLog, intentions, recorder, ports }: Runtime,
  service: ServiceRef,
  { to, version }: { readonly to: RunningFile | null; readonly version: string | null },
  origin: CommandOrigin,
): Promise<void> {
  const { spec, pin: before } = service.getSnapshot().context;
  const subject = pinSubject(spec.id);
  const pin = version === null ? null : { version, since: ports.clock.now(), actor: origin.source?.actor ?? null };
  const type = pin === null ? 'service.version_unpinned' : 'service.version_pinned';
  const detail = { version, was: before?.version ?? null, configured: spec.version };
  const event = { type, agentId: spec.agentId, serviceId: spec.id, detail };
  const isRestarted = (): boolean => changeNow(service, to, version)?.action === 'restart';
  await commandLog.accept(() => {
    const restart = isRestarted() ? [restartIntention(service, intentions.service(spec.id) ?? null)] : [];
    return {
      put: [...(pin === null ? [] : [{ subject, pin }]), ...restart],
      drop: pin === null ? [subject] : [],
      event,
    };
  }, origin);
  // It may have ended, or come up, while the command was being saved.
  const isRestartedNow = isRestarted();
  const { correlationId } = origin;
  service.send({ type: 'service.pin', pin, correlationId });
  if (isRestartedNow) service.send({ type: 'service.restart', correlationId });
  await recorder.flush();
}
