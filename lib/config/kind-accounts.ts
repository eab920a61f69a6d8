import { isAsHost, runAsLabel, type RunAs, type AccountChoice } from '../model/values/run-as.ts';
import type { Accounts } from '../ports/process-host.ts';
import type { Effective } from './effective.ts';
import type { Kind } from './schema/schema.ts';

/** The user of a kind, or of a host service whose user differs from that of its kind. */
export interface KindAccount {
  /** `kind "corerl"`, `service "telemetry"`. */
  readonly subject: string;
  readonly runAs: RunAs;
  readonly choice: AccountChoice;
}

/** The accounts of the kinds and host services that name a user or a group, in the order of the configuration. */
export async function kindAccounts(
  { kinds, services }: Effective,
  accounts: Accounts,
): Promise<readonly KindAccount[]> {
  const general = [...kinds].map(([name, kind]) => ({ subject: `kind "${name}"`, runAs: runAsOf(kind) }));
  const own = [...services].flatMap(([id, { kindName, kind }]) => {
    const [runAs, usual] = [runAsOf(kind), runAsOf(kinds.get(kindName))];
    return isSame(runAs, usual) ? [] : [{ subject: `service "${id}"`, runAs }];
  });
  return chosen([...general, ...own], accounts);
}

/** The accounts of the services of an agent whose user or group differs from that of their kind. */
export function serviceAccounts(
  services: readonly ({ readonly id: string; readonly kind: string } & RunAs)[],
  { kinds }: Effective,
  accounts: Accounts,
): Promise<readonly KindAccount[]> {
  const own = services.filter((service) => !isSame(service, runAsOf(kinds.get(service.kind))));
  return chosen(
    own.map(({ id, user, group }) => ({ subject: id, runAs: { user, group } })),
    accounts,
  );
}

async function chosen(
  asked: readonly Pick<KindAccount, 'subject' | 'runAs'>[],
  accounts: Accounts,
): Promise<readonly KindAccount[]> {
  const others = asked.filter(({ runAs }) => !isAsHost(runAs));
  const all = await Promise.all(others.map(async (one) => ({ ...one, choice: await accounts.choose(one.runAs) })));
  return all.flatMap(({ choice, ...one }) => (choice === null ? [] : [{ ...one, choice }]));
}

function runAsOf(kind: Kind | undefined): RunAs {
  return { user: kind?.user ?? null, group: kind?.group ?? null };
}

function isSame(one: RunAs, other: RunAs): boolean {
  return one.user === other.user && one.group === other.group;
}

/** The user that it would run as, or why that is impossible, for people: a line without its line break. */
export function accountLine({ subject, runAs, choice }: KindAccount): string {
  if (choice.type === 'refused') return `${subject}: ${choice.reason}`;
  const { uid, gid } = choice.account;
  return `${subject}: runs as ${runAsLabel(runAs)} (uid ${uid}, gid ${gid})`;
}
