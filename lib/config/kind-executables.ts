import { twinsRemark } from '../model/explain/summary.ts';
import type { ExecutableChoice } from '../model/process.ts';
import type { Catalog } from '../ports/catalog.ts';
import type { Effective } from './effective.ts';
import { section, type Mapping } from './json.ts';
import { BUILT_IN } from './schema/defaults.ts';
import type { Kind } from './schema/schema.ts';

/** What would run for a kind, or for a host service that names another file than its kind. */
export interface KindExecutable {
  /** `kind "corerl"`, `service "telemetry"`. */
  readonly subject: string;
  /** The configuration names it, or an agent type that has it; or agents of the type `default` have it, and are used. */
  readonly isNeeded: boolean;
  readonly choice: ExecutableChoice;
}

/** What would run for each kind and host service, in the order of the configuration. */
export async function kindExecutables(effective: Effective, catalog: Catalog): Promise<readonly KindExecutable[]> {
  const needed = neededKinds(effective);
  const wanted = [...effective.kinds].map(([name, kind]) => ({
    subject: `kind "${name}"`,
    isNeeded: needed.has(name),
    kind,
  }));
  const own = [...effective.services].flatMap(([id, { kindName, kind }]) => {
    const general = effective.kinds.get(kindName);
    return general !== undefined && isSameFile(general, kind)
      ? []
      : [{ subject: `service "${id}"`, isNeeded: true, kind }];
  });
  return Promise.all(
    [...wanted, ...own].map(async ({ kind: { executable, version = null }, ...rest }) => ({
      ...rest,
      choice: await catalog.choose({ executable, version }),
    })),
  );
}

function isSameFile(one: Kind, other: Kind): boolean {
  return one.executable === other.executable && one.version === other.version;
}

/** What would run, or why nothing would, for people: a line without its line break. */
export function executableLine({ subject, choice }: Pick<KindExecutable, 'subject' | 'choice'>): string {
  if (choice.type === 'missing') return `${subject}: ${choice.reason}`;
  const { path, version, twins } = choice.executable;
  const remark = twins === undefined ? '' : ` ${twinsRemark(path, twins)}`;
  return `${subject}: ${path}${version === null ? '' : ` (${version})`}${remark}`;
}

/**
 * What the configuration itself names: kinds of host services, of agent types and kinds that are not as they are built
 * in. If it has no agent type of its own, agents of the type `default` are what a host is for: when it names nothing,
 * or one of their kinds.
 */
function neededKinds({ agentTypes, services, document }: Effective): ReadonlySet<string> {
  const needed = new Set([...services.values()].map(({ kindName }) => kindName));
  const ownKinds = Object.keys(ownOf(section(document, 'kinds'), BUILT_IN.kinds));
  for (const kind of ownKinds) if (Object.hasOwn(BUILT_IN.kinds, kind)) needed.add(kind);
  const ownTypes = Object.keys(ownOf(section(document, 'agent_types'), BUILT_IN.agent_types));
  const kindsOf = (type: string): readonly string[] => agentTypes.get(type)?.services ?? [];
  const isDefaultUsed = needed.size === 0 || kindsOf('default').some((kind) => needed.has(kind));
  const types = ownTypes.length === 0 && isDefaultUsed ? ['default'] : ownTypes;
  for (const type of types) for (const kind of kindsOf(type)) needed.add(kind);
  return needed;
}

/** The members that are not the same in the defaults. */
function ownOf(given: Mapping, defaults: Mapping): Mapping {
  const isOwn = ([name, value]: readonly [string, unknown]): boolean =>
    JSON.stringify(value) !== JSON.stringify(defaults[name]);
  return Object.fromEntries(Object.entries(given).filter(isOwn));
}
