import type { PinView, VersionChangeView, VersionsView } from '../../api/schemas/version.ts';
import { EXIT } from '../../host/exit-codes.ts';
import { serviceLines } from '../config/changes-text.ts';
import { printResult, type HostContext, type HostRun } from '../host/context.ts';
import { ageSince, factSheet, headOf, table } from '../output/table.ts';
import { OptionError } from '../serve/option-values.ts';

export interface VersionOptions {
  readonly unpin?: true;
  readonly dryRun?: true;
}

/** Shows the versions of a service, pins it to one of them, or unpins it. */
export function serviceVersion(
  id: string,
  version: string | undefined,
  { unpin = false, dryRun = false }: Readonly<Partial<Record<keyof VersionOptions, boolean>>>,
): HostRun {
  return async (context) => {
    if (version !== undefined && unpin) throw new OptionError('Give either a version or --unpin.');
    const isChange = version !== undefined || unpin;
    if (dryRun && !isChange) throw new OptionError('--dry-run needs a version or --unpin.');
    if (!isChange) {
      const versions = await context.client.getVersions({ id });
      printResult(context, versions, () => versionsText(context, versions));
      return EXIT.ok;
    }
    const done = await context.client.pinVersion({ id, body: { version: version ?? null, dry_run: dryRun } });
    printResult(context, done, () => changeText(context, done));
    return EXIT.ok;
  };
}

function versionsText(context: HostContext, view: VersionsView): string {
  const { colors, width } = context;
  const facts = {
    service: view.service_id,
    version: view.version,
    executable: view.executable,
    configured: view.configured ?? 'any version',
    pinned: view.pin === null ? 'no' : pinText(context.now(), view.pin),
  };
  const rows = view.available.map(({ version, executable }) => [{ text: version }, { text: executable }]);
  const none = 'No executable has a version in its name, so there is none to pin it to.\n';
  return `${factSheet(facts, width)}\n${rows.length === 0 ? none : table(headOf(['VERSION', 'EXECUTABLE'], colors), rows, width)}`;
}

/** `to 1.9.0 by anna, 2h ago` */
export function pinText(now: number, { version, actor, since, in_range: isInRange }: PinView): string {
  const by = actor === null ? '' : ` by ${actor}`;
  return `to ${version}${by}, ${ageSince(since, now)} ago${isInRange ? '' : ' (outside the range of its configuration)'}`;
}

function changeText(look: HostContext, { applied, service_id: id, changes, restarts }: VersionChangeView): string {
  if (changes.length === 0) return `${id}: ${applied ? 'nothing changed' : 'nothing would change'}\n`;
  const restarted =
    restarts.length === 0 ? '' : `${applied ? 'Restarting' : 'Would restart'}: ${restarts.join(', ')}\n`;
  return serviceLines(look, changes, '') + restarted;
}
