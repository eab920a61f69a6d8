import { inGroupOrder } from '../../model/policy/group-order.ts';
import { startOrder } from '../../model/policy/start-order.ts';
import type { AgentPlan, ServiceSpec } from '../../model/spec.ts';
import { ownServiceId, parseAgentId, parseServiceId, type AgentId, type ServiceId } from '../../model/values/ids.ts';
import type { AgentRequest, SpecSource } from '../../ports/spec-source.ts';
import type { Kind } from '../schema/schema.ts';
import { readAgentFile, type AgentFile, type PlanContext } from './agent-file.ts';
import { planService } from './service-plan.ts';

/** The kind that agents share with `coreio_id`. */
const SHARED_KIND = 'coreio';
const DEFAULT_TYPE = 'default';

/** One service of an agent, before it has a spec. */
interface Member {
  readonly id: ServiceId;
  readonly kindName: string;
  readonly kind: Kind;
  /** Null if it is shared. */
  readonly agentId: AgentId | null;
}

/** The plan of an agent. Throws as described in the port. */
export async function planAgent(request: AgentRequest, context: PlanContext): Promise<AgentPlan> {
  const file = await readAgentFile(request.configPath, context);
  const id = parseAgentId(
    request.agentId ?? file.stem,
    request.agentId === undefined ? '; set `agent_id` to name the agent differently from its file' : '',
  );
  const type = request.agentType ?? file.config.agentType ?? DEFAULT_TYPE;
  const agentType = file.config.agentTypes.get(type) ?? refuseType(type, file);
  const coreioId = request.coreioId ?? file.config.coreioId;
  const members = inStartOrder(membersOf({ id, type, kindNames: agentType.services, coreioId }, file));
  const services: ServiceSpec[] = [];
  for (const member of members) services.push(await specOf(member, members, file, context));
  const { strategy } = agentType;
  const asked = { agentType: request.agentType ?? null, coreioId: request.coreioId ?? null };
  return { id, type, configPath: file.path, strategy, asked, services: inGroupOrder(services, strategy) };
}

/**
 * The spec of a shared coreio; its id is that of the request, that of the section, or `<stem>-coreio`. Throws as
 * described in the port.
 */
export async function planIo(request: Parameters<SpecSource['planIo']>[0], context: PlanContext): Promise<ServiceSpec> {
  const file = await readAgentFile(request.configPath, context);
  const text = request.coreioId ?? file.config.coreioId;
  const id =
    text === null
      ? parseServiceId(`${file.stem}-${SHARED_KIND}`, '; set `coreio_id` to name the service differently from its file')
      : parseServiceId(text);
  return specOf({ id, kindName: SHARED_KIND, kind: shareableKind(file), agentId: null }, [], file, context);
}

interface Wanted {
  readonly id: AgentId;
  readonly type: string;
  readonly kindNames: readonly string[];
  readonly coreioId: string | null;
}

function membersOf({ id: agentId, type, kindNames, coreioId }: Wanted, file: AgentFile): readonly Member[] {
  const sharedId = coreioId === null ? null : parseServiceId(coreioId);
  if (sharedId !== null && !kindNames.includes(SHARED_KIND)) {
    throw refuseCoreio(file, `cannot be used: the agent type "${type}" has no ${SHARED_KIND}`);
  }
  return kindNames.map((kindName): Member => {
    const ownId = ownServiceId(agentId, kindName);
    if (kindName === SHARED_KIND && sharedId !== null) {
      return { id: sharedId, kindName, kind: shareableKind(file), agentId: null };
    }
    if (ownId === sharedId) throw refuseCoreio(file, `"${sharedId}" is the id of this agent's own ${kindName}`);
    return { id: ownId, kindName, kind: kindOf(kindName, file), agentId };
  });
}

function kindOf(kindName: string, file: AgentFile): Kind {
  const kind = file.config.kinds.get(kindName);
  if (kind === undefined) throw new Error(`The kind "${kindName}" passed the check of references but does not exist.`);
  return kind;
}

function shareableKind(file: AgentFile): Kind {
  const kind = kindOf(SHARED_KIND, file);
  if (!kind.shareable) throw refuseCoreio(file, `cannot be used: the kind "${SHARED_KIND}" is not shareable`);
  return kind;
}

function refuseCoreio(file: AgentFile, message: string): Error {
  return file.refuse([{ path: ['coreio_id'], message }]);
}

function refuseType(type: string, file: AgentFile): never {
  const known = [...file.config.agentTypes.keys()].map((name) => `"${name}"`).join(', ');
  const message = `names the agent type "${type}", which does not exist; the agent types are ${known}`;
  throw file.refuse([{ path: ['agent_type'], message }]);
}

/** The members on which a member depends; dependencies on kinds that the agent does not have are ignored. */
function dependenciesOf({ kind }: Member, members: readonly Member[]): readonly Member[] {
  return members.filter(({ kindName }) => Object.hasOwn(kind.depends_on, kindName));
}

function inStartOrder(members: readonly Member[]): readonly Member[] {
  const nodes = members.map((member) => ({
    id: member.id,
    dependsOn: dependenciesOf(member, members).map(({ id }) => id),
    member,
  }));
  const result = startOrder(nodes);
  // Cycles were rejected with the configuration.
  return result.type === 'ordered' ? result.order.map(({ member }) => member) : members;
}

async function specOf(
  member: Member,
  members: readonly Member[],
  file: AgentFile,
  { site, configRoot }: PlanContext,
): Promise<ServiceSpec> {
  const { agentId, kindName, kind } = member;
  const values = { config_path: file.path, config_stem: file.stem, ...(agentId === null ? {} : { agent_id: agentId }) };
  // The operator's own configuration may name any file.
  const envFileRoot = file.isOwn(['kinds', kindName, 'env_file']) ? configRoot : null;
  // A shared service outlives the agent, so it cannot wait for a service of that agent.
  const dependencies = agentId === null ? [] : dependenciesOf(member, members);
  const dependsOn = dependencies.flatMap((dependency) => {
    const condition = kind.depends_on[dependency.kindName];
    return condition === undefined ? [] : [{ serviceId: dependency.id, condition }];
  });
  const planned = await planService({ ...member, configPath: file.path, values, dependsOn, envFileRoot }, site);
  if (planned.type === 'planned') return planned.spec;
  throw file.refuse(planned.problems.map((problem) => ({ ...problem, path: ['kinds', kindName, ...problem.path] })));
}
