import type { VersionPin } from '../intention.ts';
import { isVersionIn } from '../policy/version.ts';
import { processLabel, type Doubt, type ProcessPlace } from '../process.ts';
import { inWords } from '../states.ts';
import { spokenDuration } from '../values/duration.ts';
import type { Instant } from '../values/time.ts';
import { clauseOf } from './clause.ts';
import { pendingForState } from './pending.ts';
import { reasonClause, reasonText } from './reason.ts';
import { dottedState, type Awaited, type Situation } from './situation.ts';

/** The state of a service in words: what it is, since when, why, whether it is as intended, and what ends it. */
export function summaryOf(situation: Situation, now: Instant): string {
  const { spec, since } = situation;
  const why = whyOf(situation);
  const when = `for ${spokenDuration(Math.max(0, now - since))}`;
  const head = `${spec.id} ${standing(situation)} ${when}${why === null ? '' : `: ${clauseOf(why)}`}.`;
  const awaits = situation.awaits.map((one) => `${dependencyNow(one)}.`);
  return [head, ...awaits, intentionOf(situation, now), ...remarksOn(situation, now)].join(' ');
}

/** The state of a dependency that a service is waiting for; a sentence without full stop. */
export function dependencyNow({ serviceId, now }: Awaited): string {
  if (now === null) return `Service "${serviceId}" does not exist`;
  const { state, substate, reason } = now;
  const isUnready = state === 'running' && substate === 'unready';
  const place = isUnready ? 'running but not ready' : inWords(state);
  const because = reason === null ? '' : `: ${reasonClause(reason)}`;
  return `${serviceId} is ${place}${because}`;
}

/** A clause as a sentence of its own. */
export function sentenceOf(clause: string): string {
  return `${clause.charAt(0).toUpperCase()}${clause.slice(1)}.`;
}

function standing({ state, substate, spec }: Situation): string {
  if (state !== 'running') return `has been ${inWords(state)}`;
  if (substate === 'unready') return 'has been running but not ready';
  return spec.probes.readiness === null ? 'has been running' : 'has been running and ready';
}

function whyOf(situation: Situation): string | null {
  const { spec, launch, reason, afterStop, intended } = situation;
  switch (dottedState(situation)) {
    case 'stopped.idle':
      return whyStopped(situation);
    case 'stopped.completed':
      return reasonText(reason) ?? 'it exited successfully';
    case 'stopped.drained':
      return 'the host stopped it when it shut down';
    case 'starting.waiting':
      return `it ${reasonText(reason) ?? 'is waiting for its dependencies'}`;
    case 'starting.resolving':
      return `it is looking for the executable "${spec.executable}"`;
    case 'starting.launching':
      return 'its process is being launched';
    case 'starting.settling':
      return `its process (${processLabel(launch)}) has to stay up for ${spokenDuration(spec.settleMs)} to count as started`;
    case 'starting.probing':
      return `the startup probe of its process (${processLabel(launch)}) has not passed yet${reason?.code === 'not_started' ? `: ${clauseOf(reason.found)}` : ''}`;
    case 'running.unready':
      return unreadyReason(situation);
    case 'running.ready':
      return null;
    case 'stopping.draining':
      return 'the host is stopping its services';
    case 'stopping.killing':
      return 'its grace period is over and its remaining processes are being killed';
    case 'stopping.retrying':
      return reasonText(reason);
    case 'stopping.terminating':
      if (intended === 'stopped') return 'a stop was requested';
      return afterStop === null ? 'a restart was requested' : reasonText(afterStop.reason);
    default:
      return reasonText(reason);
  }
}

function whyStopped({ intended, generation, holders, isStandalone: isOfItsOwn, reason }: Situation): string | null {
  if (intended === 'running') return reasonText(reason);
  if (generation === 0) return 'it has not been started yet';
  if (holders.length > 0 || isOfItsOwn) return 'it was stopped by a command';
  return 'it has no holder';
}

/** A reason with another code dates from before the readiness probe ran. */
function unreadyReason({ reason }: Situation): string {
  return reason?.code === 'not_ready' && reason.found !== null
    ? `its readiness probe failed: ${reason.found}`
    : 'its readiness probe has not passed yet';
}

function intentionOf(situation: Situation, now: Instant): string {
  const { state, intended } = situation;
  const [first] = pendingForState(situation, now);
  const next = first?.clause ?? whatWouldChange(situation);
  const isAsIntended = intended === 'running' ? state === 'running' : state === 'stopped';
  const [asIntended, meant] =
    intended === 'running'
      ? ['It is running as intended', 'It should be running']
      : ['It is stopped as intended', 'It should be stopped'];
  return `${isAsIntended ? asIntended : meant}${next === null ? '' : `; ${next}`}.`;
}

/** What would change a state that has no timer. */
function whatWouldChange(situation: Situation): string | null {
  const { holders, isStandalone: isOfItsOwn, spec } = situation;
  switch (dottedState(situation)) {
    case 'stopped.idle':
      return holders.length > 0 || isOfItsOwn
        ? 'a command has to start it'
        : 'it starts with the next agent that needs it';
    case 'stopped.completed':
      return `its restart policy (${spec.restart.mode}) keeps it stopped`;
    case 'stopped.drained':
      return 'the next host starts it';
    case 'failed.exhausted':
      return 'its policy makes no further attempt; a command has to start it';
    case 'failed.abandoned':
      return 'a command has to start it';
    default:
      return null;
  }
}

function remarksOn(situation: Situation, now: Instant): readonly string[] {
  const { launch, doubt, isAdopted, isDrifted, fallbackReason, state, executable, pin, spec } = situation;
  const remarks: string[] = pin === null ? [] : [pinRemark(pin, spec.version, now)];
  if (executable?.twins !== undefined) remarks.push(twinsRemark(executable.path, executable.twins));
  if (launch === null) return remarks;
  if (doubt !== null) remarks.push(doubtRemark(doubt, launch, now));
  if (isAdopted) {
    remarks.push(`Its process (${processLabel(launch)}) was launched by an earlier host and adopted by this one.`);
  }
  if (fallbackReason !== null && state === 'running') remarks.push(`It ${clauseOf(reasonText(fallbackReason))}.`);
  if (isDrifted)
    remarks.push('Its process runs with an older revision of its configuration; the next launch uses the current one.');
  return remarks;
}

/** That nothing is known of its process at the moment; a sentence. */
function doubtRemark({ reason, since }: Doubt, launch: ProcessPlace, now: Instant): string {
  const when = spokenDuration(Math.max(0, now - since));
  return `It has not been known for ${when} whether its process (${processLabel(launch)}) is still running: ${reason}. Nothing else is launched.`;
}

/** That a person has chosen the version; a sentence. */
function pinRemark({ version, since, actor }: VersionPin, range: string | null, now: Instant): string {
  const by = actor === null ? '' : ` by ${actor}`;
  const asked =
    range === null
      ? 'its configuration asks for no version'
      : `its configuration asks for version ${range}${isVersionIn(version, range) ? '' : ', which excludes it'}`;
  return `It has been pinned to version ${version}${by} for ${spokenDuration(Math.max(0, now - since))}; ${asked}.`;
}

/** That several files were as good as the one that was chosen; a sentence. */
export function twinsRemark(path: string, twins: readonly string[]): string {
  const others = twins.map((twin) => `"${twin}"`).join(', ');
  return `Of files of the same version and at the same depth the first by name runs: "${path}", not ${others}.`;
}
