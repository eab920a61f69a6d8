import { serviceActorId } from '../../actors/service/context.ts';
import { maskedDocument, settingsOf } from '../../model/configuration/applied.ts';
import { keyChanges, type ConfigDocument } from '../../model/configuration/key-changes.ts';
import { maskedSpec } from '../../model/configuration/masked.ts';
import { ConfigInvalidError, ConfigOutsideRootError, ConfigUnreadableError } from '../../model/errors.ts';
import type { AgentIntention, ServiceIntention, Intention } from '../../model/intention.ts';
import {
  reloadChanges,
  type Present,
  type Reload,
  type ServiceChange,
  type SettingsChange,
  type SkippedAgent,
  type Wanted,
} from '../../model/policy/reload.ts';
import { digestOf } from '../../model/policy/revision.ts';
import type { AgentPlan, ServiceSpec } from '../../model/spec.ts';
import { stateOf } from '../../model/states.ts';
import type { AgentId, ServiceId } from '../../model/values/ids.ts';
import { assertMatches, type Precondition } from '../../model/values/precondition.ts';
import type { SpecSource } from '../../ports/spec-source.ts';
import { agentRef, serviceRef, serviceRefs } from '../actors.ts';
import type { CommandOrigin } from '../control.ts';
import { Intentions } from '../intentions.ts';
import type { Runtime } from '../runtime.ts';
import { RELOAD_KEY } from '../configuration/applied-configurations.ts';
import { requestOf } from './agent-commands.ts';
import { ensure } from './ensure-actors.ts';
import { forgetWhenGone } from './forget-leftovers.ts';
import { restartIntention } from './service-commands.ts';
import { heldIntention, holdShared, isShared } from './shared-services.ts';

/** The current contents of the files. */
interface Reread {
  readonly specs: SpecSource;
  readonly plans: ReadonlyMap<AgentId, AgentPlan>;
  readonly shared: ReadonlyMap<ServiceId, ServiceSpec>;
  readonly hosts: ReadonlyMap<ServiceId, { readonly spec: ServiceSpec; readonly isAutostarted: boolean }>;
  readonly skipped: readonly SkippedAgent[];
}

/** The intentions after the reload, and the changes that lead there. */
interface Next {
  readonly put: readonly Intention[];
  readonly drop: readonly string[];
  readonly wanted: ReadonlyMap<ServiceId, Wanted>;
}

/**
 * Rereads every configuration file, determines what changes, and applies it; whatever has not changed is left alone.
 */
export class Reloader {
  readonly #runtime: Runtime;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  /** Throws ConfigInvalidError, ConfigUnreadableError and PreconditionFailedError, and then changes nothing. */
  async run(isDryRun: boolean, origin: CommandOrigin, precondition: Precondition): Promise<Reload> {
    const { commandLog, intentions } = this.#runtime;
    return commandLog.run([RELOAD_KEY], async () => {
      const reread = await this.#reread();
      const revision = revisionOfFiles(reread);
      assertMatches(revision, precondition, 'The configuration');
      const subjects = [
        ...intentions.entries().keys(),
        ...intentions.agents().map(({ plan }) => plan.id),
        ...reread.hosts.keys(),
      ];
      return commandLog.run([...new Set<string>(subjects)], async () => {
        const next = this.#next(reread);
        const { inherited = {} } = this.#runtime.ports;
        const changes = reloadChanges(this.#present(), next.wanted, (spec, more) => maskedSpec(spec, inherited, more));
        const settings = this.#settingsChanges(reread);
        if (!isDryRun) await this.#apply(reread, next, changes, origin);
        return { isApplied: !isDryRun, changes, settings, skipped: reread.skipped, revision };
      });
    });
  }

  async #reread(): Promise<Reread> {
    const { configuration, intentions } = this.#runtime;
    const specs = await configuration.specs.reread();
    const plans = new Map<AgentId, AgentPlan>();
    const skipped: SkippedAgent[] = [];
    for (const intention of intentions.agents()) {
      const plan = await specs
        .planAgent(requestOf(intention.plan))
        .catch((error: unknown) => skippedFor(intention, error));
      if ('reason' in plan) skipped.push(plan);
      else plans.set(plan.id, plan);
    }
    const shared = new Map<ServiceId, ServiceSpec>();
    for (const { holder, spec } of intentions.services()) {
      if (holder !== 'io' || spec.configPath === null) continue;
      shared.set(spec.id, await specs.planIo({ configPath: spec.configPath, coreioId: spec.id }));
    }
    const hosts = new Map((await specs.hostServices()).map((host) => [host.spec.id, host]));
    return { specs, plans, shared, hosts, skipped };
  }

  /** What changes of the host and of agents besides services. */
  #settingsChanges({ specs, plans }: Reread): readonly SettingsChange[] {
    const { configuration, intentions, ports } = this.#runtime;
    const documentOfHost = (source: SpecSource): ConfigDocument =>
      maskedDocument(source.document(), ports.inherited ?? {});
    const host = keyChanges(documentOfHost(configuration.specs), documentOfHost(specs));
    const agents = [...plans.values()].map((plan) => {
      const present = intentions.agent(plan.id)?.plan ?? plan;
      return { agentId: plan.id, keys: keyChanges(settingsOf({ plan: present }), settingsOf({ plan })) };
    });
    return [{ agentId: null, keys: host }, ...agents].filter(({ keys }) => keys.length > 0);
  }

  /** Every intention with its new plan or spec; intended states are never changed. */
  #next({ plans, shared, hosts }: Reread): Next {
    const { intentions } = this.#runtime;
    const agents = intentions
      .agents()
      .map((intention) => ({ ...intention, plan: plans.get(intention.plan.id) ?? intention.plan }));
    const known = intentions.services();
    const present = known.flatMap((intention): readonly ServiceIntention[] => {
      const spec =
        intention.holder === 'host'
          ? hosts.get(intention.spec.id)?.spec
          : (shared.get(intention.spec.id) ?? intention.spec);
      return spec === undefined ? [] : [{ ...intention, spec }];
    });
    const fresh = [...hosts.values()]
      .filter(({ spec }) => !known.some((intention) => intention.holder === 'host' && intention.spec.id === spec.id))
      .map(({ spec, isAutostarted }): ServiceIntention => {
        const intended = isAutostarted ? 'running' : 'stopped';
        return { subject: serviceActorId(spec.id), intended, holder: 'host', spec, atLeast: 0 };
      });
    return nextOf(agents, [...present, ...fresh, ...this.#freshlyShared(agents)], known);
  }

  /** A running agent that names a shared coreio since the files changed holds it as its start would. */
  #freshlyShared(agents: readonly AgentIntention[]): readonly ServiceIntention[] {
    const { intentions } = this.#runtime;
    const fresh = agents
      .filter(({ intended }) => intended === 'running')
      .flatMap(({ plan }) => plan.services)
      .filter((spec) => isShared(spec) && intentions.service(spec.id) === undefined)
      .map((spec) => [spec.id, heldIntention(this.#runtime, spec)] as const);
    return [...new Map(fresh).values()];
  }

  #present(): ReadonlyMap<ServiceId, Present> {
    const present = new Map<ServiceId, Present>();
    for (const ref of serviceRefs(this.#runtime.root)) {
      const { context, value } = ref.getSnapshot();
      const { state, substate } = stateOf(value);
      const isLive = context.launch !== null || (state === 'starting' && substate === 'launching');
      const isWanted = context.holders.length > 0 || this.#runtime.intentions.entries().has(context.spec.id);
      if (isWanted) present.set(context.spec.id, { spec: context.spec, isLive, pin: context.pin?.version ?? null });
    }
    return present;
  }

  async #apply(
    { specs, plans, hosts }: Reread,
    next: Next,
    changes: readonly ServiceChange[],
    origin: CommandOrigin,
  ): Promise<void> {
    const { commandLog, configuration, root, intentions, webhooks } = this.#runtime;
    const { wanted } = next;
    const services = changes.map(({ serviceId, action, changed }) => ({ service_id: serviceId, action, changed }));
    const restarts = changes
      .filter(({ action }) => action === 'restart')
      .flatMap((change) => this.#restart(change, next));
    const planned = [
      ...next.put.filter(({ subject }) => !restarts.some((intention) => intention.subject === subject)),
      ...restarts,
    ];
    // Unchanged intentions are not written: the reload has no lock for those added since the files were read.
    const put = planned.filter((intention) => !intentions.include(intention));
    const event = { type: 'config.reloaded', detail: { services } };
    const host = { document: specs.document(), services: [...hosts.values()].map(({ spec }) => spec) };
    await commandLog.accept({ put, drop: next.drop, configurations: [host], event }, origin);
    configuration.specs = specs;
    ensure(
      root,
      [...wanted.values()].map(({ spec }) => spec),
      [],
    );
    for (const { serviceId, action } of changes) this.#configure(serviceId, action, wanted.get(serviceId));
    for (const plan of plans.values()) {
      agentRef(root, plan.id)?.send({ type: 'agent.configure', plan, correlationId: origin.correlationId });
      if (intentions.agent(plan.id)?.intended === 'running') holdShared(this.#runtime, plan, origin.correlationId);
    }
    for (const { serviceId, action } of changes) this.#move(serviceId, action, wanted.get(serviceId), origin);
    await webhooks?.configure(specs.webhooks());
  }

  /** Records that a process is to be replaced, so that the restart survives the host. */
  #restart({ serviceId }: ServiceChange, { put, wanted }: Next): readonly ServiceIntention[] {
    const service = serviceRef(this.#runtime.root, serviceId);
    const spec = wanted.get(serviceId)?.spec;
    if (service === undefined || spec === undefined) return [];
    const known = put.find(
      (intention): intention is ServiceIntention => intention.subject === serviceActorId(serviceId),
    );
    return [{ ...restartIntention(service, known ?? null), spec }];
  }

  #configure(serviceId: ServiceId, action: ServiceChange['action'], wanted: Wanted | undefined): void {
    if (wanted === undefined || action === 'start' || action === 'add') return;
    serviceRef(this.#runtime.root, serviceId)?.send({ type: 'service.configure', spec: wanted.spec });
  }

  #move(id: ServiceId, action: ServiceChange['action'], wanted: Wanted | undefined, origin: CommandOrigin): void {
    const { correlationId } = origin;
    const service = serviceRef(this.#runtime.root, id);
    const isHost = this.#runtime.intentions.service(id)?.holder === 'host';
    if (action === 'restart') service?.send({ type: 'service.restart', correlationId });
    if (action === 'start' && isHost && wanted !== undefined) {
      service?.send({ type: 'service.hold', holder: 'host', spec: wanted.spec, correlationId });
    }
    if (action === 'stop') {
      service?.send({ type: 'service.release', holder: 'host', correlationId });
      void forgetWhenGone(this.#runtime, id);
    }
  }
}

/** The revision of the contents of all files. */
function revisionOfFiles({ plans, shared, hosts, skipped }: Reread): string {
  return digestOf({
    plans: Object.fromEntries(plans),
    shared: Object.fromEntries(shared),
    hosts: Object.fromEntries(hosts),
    skipped: Object.fromEntries(skipped.map(({ agentId, reason }) => [agentId, reason])),
  });
}

/**
 * The file of an agent that is not intended to run may be missing or half written; for any other agent that aborts the
 * reload.
 */
function skippedFor({ plan, intended }: AgentIntention, error: unknown): SkippedAgent {
  const kinds = [ConfigInvalidError, ConfigOutsideRootError, ConfigUnreadableError];
  if (intended === 'running' || !(error instanceof Error && kinds.some((kind) => error instanceof kind))) throw error;
  return { agentId: plan.id, reason: error.message };
}

function nextOf(
  agents: readonly AgentIntention[],
  services: readonly ServiceIntention[],
  before: readonly ServiceIntention[],
): Next {
  const withoutOverrides = new Intentions([...agents, ...services.filter(({ holder }) => holder !== null)]).entries();
  // Commands for a single service stay in effect as long as the service exists.
  const kept = services.flatMap((intention) => {
    const spec = withoutOverrides.get(intention.spec.id)?.spec;
    return spec === undefined ? [] : [{ ...intention, spec: intention.holder === null ? spec : intention.spec }];
  });
  const put = [...agents, ...kept];
  const drop = before
    .filter(({ subject }) => !kept.some((intention) => intention.subject === subject))
    .map(({ subject }) => subject);
  const entries = new Intentions(put).entries();
  return { put, drop, wanted: new Map([...entries].map(([id, { spec, intended }]) => [id, { spec, intended }])) };
}
