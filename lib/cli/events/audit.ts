import type { EventView } from '../../api/schemas/event.ts';
import { EXIT } from '../../host/exit-codes.ts';
import { printResult, type HostContext, type HostRun } from '../host/context.ts';
import { instantOf } from '../host/host-options.ts';
import { headOf, table } from '../output/table.ts';
import { localSentence, shownTime } from '../../frontend/words/local-time.ts';
import { lastOf } from './event-history.ts';
import { sentenceOf } from './events.ts';

/** Which commands to print; all given criteria must match. */
export interface AuditOptions {
  /** Default: 20, or all commands since the instant if one is given. */
  readonly lines?: number;
  readonly since?: string;
  readonly until?: string;
  readonly actor?: string;
  readonly tool?: string;
  readonly address?: string;
  readonly agent?: string;
  readonly service?: string;
  /** Times in UTC instead of the time zone of this machine. */
  readonly utc?: true;
}

const DEFAULT_LINES = 20;
const NOTHING = 'No commands match. Run `coredinator audit` without options to see the latest ones.\n';
const HEAD = ['TIME', 'ACTOR', 'TOOL', 'ADDRESS', 'COMMAND'] as const;

/** The last accepted commands, oldest first: who gave them, from where and with which program. */
export function audit(options: AuditOptions): HostRun {
  return async (context) => {
    const { client, err, isJson, now } = context;
    const { since, until, actor, tool, address, agent: agent_id, service: service_id, lines } = options;
    const times = {
      since: since === undefined ? undefined : instantOf('--since', since, now()),
      until: until === undefined ? undefined : instantOf('--until', until, now()),
    };
    const count = lines ?? (since === undefined ? DEFAULT_LINES : Infinity);
    const commands = await lastOf(count, undefined, (page) =>
      client.listCommands({ query: { ...page, ...times, actor, tool, address, agent_id, service_id } }),
    );
    if (commands.length === 0 && !isJson) err.write(NOTHING);
    printResult(context, commands, () => (commands.length === 0 ? '' : auditTable(commands, context, options.utc)));
    return EXIT.ok;
  };
}

function auditTable(
  commands: readonly EventView[],
  { colors, width }: Pick<HostContext, 'colors' | 'width'>,
  isUtc: boolean | undefined,
): string {
  const rows = commands.map((event) => [
    { text: shownTime(event.at, isUtc) },
    { text: event.actor ?? '-' },
    { text: event.tool ?? '-' },
    { text: event.address ?? '-' },
    { text: isUtc === true ? sentenceOf(event, 'omitted') : localSentence(sentenceOf(event, 'omitted')) },
  ]);
  return table(headOf(HEAD, colors), rows, width);
}
