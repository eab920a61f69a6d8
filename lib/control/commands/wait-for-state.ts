import { serviceActorId } from '../../actors/service/context.ts';
import { WaitFailedError, WaitTimeoutError } from '../../model/errors.ts';
import { clauseOf } from '../../model/explain/clause.ts';
import { reasonText } from '../../model/explain/reason.ts';
import { inWords, stateOf } from '../../model/states.ts';
import { formatDuration } from '../../model/values/duration.ts';
import type { ServiceId } from '../../model/values/ids.ts';
import { agentRef, serviceRef, type ServiceSnapshot } from '../actors.ts';
import type { Wait } from '../control.ts';
import type { Runtime } from '../runtime.ts';

/** The progress of a wait. */
interface Standing {
  readonly isReached: boolean;
  readonly state: string;
  readonly reason: string | null;
  /** Why the state cannot be reached without another command; null: it may be reached. */
  readonly obstacle: string | null;
}

/** The subject of a wait. */
interface Subject {
  readonly actorId: string;
  /** Starts a sentence. */
  readonly name: string;
  readonly path: string;
  readonly standing: () => Standing;
}

/**
 * Waits for states of agents and services. After a restart only a process of the new generation counts; the intention
 * says which one that is. The command itself is durable before anybody waits.
 */
export class Waits {
  readonly #runtime: Runtime;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  /** Throws WaitTimeoutError, WaitFailedError. */
  agent(id: string, wait: Wait): Promise<void> {
    const name = `Agent "${id}"`;
    const standing = (): Standing => this.#agentStanding(id, wait.until);
    return this.#until({ actorId: `agent:${id}`, name, path: `/api/agents/${id}`, standing }, wait);
  }

  /** Throws WaitTimeoutError, WaitFailedError. */
  service(id: ServiceId, wait: Wait): Promise<void> {
    const name = `Service "${id}"`;
    const standing = (): Standing => this.#serviceStanding(id, wait.until);
    return this.#until({ actorId: serviceActorId(id), name, path: `/api/services/${id}`, standing }, wait);
  }

  async #until(subject: Subject, { until, timeoutMs, gone }: Wait): Promise<void> {
    const limit = new AbortController();
    const timer = this.#runtime.timers.setTimeout(() => {
      limit.abort(timeoutOf(subject, until, timeoutMs));
    }, timeoutMs);
    const isDone = (): boolean => {
      const { isReached, obstacle } = subject.standing();
      if (obstacle !== null)
        throw new WaitFailedError(`${subject.name} will not become ${until}: ${clauseOf(obstacle)}.`);
      return isReached;
    };
    try {
      const signal = gone === undefined ? limit.signal : AbortSignal.any([limit.signal, gone]);
      await this.#runtime.changes.until(subject.actorId, isDone, signal);
    } catch (error) {
      if (gone?.aborted !== true) throw error;
      throw new WaitTimeoutError(`The client stopped waiting for ${subject.name}.`, { cause: error });
    } finally {
      this.#runtime.timers.clearTimeout(timer);
    }
  }

  #agentStanding(id: string, until: Wait['until']): Standing {
    const { root, intentions } = this.#runtime;
    const now = agentRef(root, id)?.getSnapshot();
    if (now === undefined) return unknown(until);
    const { plan } = now.context;
    const reason = reasonText(now.context.reason);
    const { state } = stateOf(now.value);
    const services = plan.services.flatMap((spec) => serviceRef(root, spec.id)?.getSnapshot() ?? []);
    // A service that has completed or was stopped individually is as it should be.
    const areUp = services.every(
      (one) => one.context.launch === null || (this.#isNew(one) && (until === 'running' || isReady(one))),
    );
    const intended = intentions.agent(id)?.intended ?? now.context.intended;
    return standingOf({ until, state, reason, intended, isUp: state === 'running' && areUp });
  }

  #serviceStanding(id: ServiceId, until: Wait['until']): Standing {
    const now = serviceRef(this.#runtime.root, id)?.getSnapshot();
    if (now === undefined) return unknown(until);
    const { intended } = now.context;
    const reason = reasonText(now.context.reason);
    const { state } = stateOf(now.value);
    const isUp = state === 'running' && this.#isNew(now) && (until === 'running' || isReady(now));
    return standingOf({ until, state, reason, intended, isUp });
  }

  /** Whether its process has at least the generation that the last restart requires. */
  #isNew({ context: { spec, launch } }: ServiceSnapshot): boolean {
    return (launch?.generation ?? 0) >= (this.#runtime.intentions.service(spec.id)?.atLeast ?? 0);
  }
}

interface Present {
  readonly until: Wait['until'];
  readonly state: string;
  readonly reason: string | null;
  readonly intended: 'running' | 'stopped';
  readonly isUp: boolean;
}

function standingOf({ until, state, reason, intended, isUp }: Present): Standing {
  const base = { state, reason };
  if (until === 'stopped') {
    const isAgain = state !== 'stopped' && intended === 'running';
    const isStuck = state === 'failed' && intended === 'stopped';
    const obstacle = isAgain
      ? 'it was started again in the meantime'
      : isStuck
        ? (reason ?? 'its actor was quarantined')
        : null;
    return { ...base, isReached: state === 'stopped', obstacle };
  }
  if (intended === 'stopped') return { ...base, isReached: false, obstacle: 'it was stopped in the meantime' };
  const isOver = state === 'failed' || state === 'stopped';
  const obstacle = isOver ? `it is ${state}${reason === null ? '' : `: ${reason}`}` : null;
  return { ...base, isReached: isUp, obstacle };
}

function unknown(until: Wait['until']): Standing {
  const obstacle = until === 'stopped' ? null : 'it was deleted in the meantime';
  return { isReached: until === 'stopped', state: 'stopped', reason: null, obstacle };
}

function isReady(snapshot: ServiceSnapshot): boolean {
  return stateOf(snapshot.value).substate === 'ready';
}

function timeoutOf({ name, path, standing }: Subject, until: Wait['until'], timeoutMs: number): WaitTimeoutError {
  const { state, reason } = standing();
  const why = reason === null ? '' : ` (${clauseOf(reason)})`;
  return new WaitTimeoutError(
    `${name} is ${inWords(state)}${why}, not ${until}, after ${formatDuration(timeoutMs)}. The command stays in effect; check it with GET ${path}.`,
  );
}
