/**
 * Stores once a minute what services use.
 *
 *   waiting    until the next minute begins; does nothing more while no service has a process
 *   sampling   the processes are being read, and the samples are being stored
 *   closed     final: the host ends, or the system does not provide the usage of processes
 *
 * With many services it samples every second minute, every third, and so on: the number of samples of a day is bounded
 * (model/policy/usage-ring). A round that cannot be stored is left out, so a gap stays in the samples.
 */
import { assign, fromPromise, setup } from 'xstate';
import { minutesBetweenSamples, SAMPLE_MS, USAGE_KEPT_MS } from '../../model/policy/usage-ring.ts';
import type { ServiceId } from '../../model/values/ids.ts';
import type { Instant } from '../../model/values/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { ProcessUsage, UsageHistory, UsageReading, UsageSample } from '../../ports/process-usage.ts';

/** What samples are made of. */
export interface SamplerInput {
  readonly usage: ProcessUsage;
  readonly history: UsageHistory;
  /** The services of the host, and which of them have a process. */
  readonly services: () => ReadonlyMap<ServiceId, { readonly hasProcess: boolean }>;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
}

interface SamplerContext extends SamplerInput {
  /** The last reading that was stored, for averages; null: none, or it is too old. */
  readonly before: UsageReading | null;
  /** The services that have samples in the store; null: not read yet. */
  readonly sampled: ReadonlySet<ServiceId> | null;
}

/** What a round leaves behind; null: the system does not provide the usage of processes. */
type Round = Pick<SamplerContext, 'before' | 'sampled'> | null;

/** Readings that are further from the expected distance than this part of it say that the clock was set. */
const TOLERANCE = 0.5;

/** The average number of busy cores between two readings, in percent; null: it cannot be known. */
function cpuPercent(id: ServiceId, before: UsageReading | null, now: UsageReading, stepMs: number): number | null {
  const [one, other] = [before?.services.get(id), now.services.get(id)];
  const elapsed = now.at - (before?.at ?? 0);
  const isPlausible = Math.abs(elapsed - stepMs) <= stepMs * TOLERANCE;
  if (one === undefined || other === undefined || !isPlausible) return null;
  return Math.max(0, ((other.cpuSeconds - one.cpuSeconds) * 100_000) / elapsed);
}

/** Minutes until each of these services is sampled again. */
function stepOf(services: ReturnType<SamplerInput['services']>): number {
  return minutesBetweenSamples([...services.values()].filter(({ hasProcess }) => hasProcess).length);
}

function minuteOf(at: Instant): number {
  return Math.floor(at / SAMPLE_MS);
}

async function sample({ usage, history, services, clock, before, sampled }: SamplerContext): Promise<Round> {
  const known = services();
  const reading = await usage.read();
  if (reading === null) return null;
  const stepMs = stepOf(known) * SAMPLE_MS;
  const samples = [...reading.services]
    .filter(([id]) => known.has(id))
    .map(([serviceId, { residentBytes }]): UsageSample => {
      return { serviceId, cpuPercent: cpuPercent(serviceId, before, reading, stepMs), residentBytes };
    });
  const stored = sampled ?? (await history.sampled());
  const forgotten = [...stored].filter((id) => !known.has(id));
  const at = minuteOf(clock.now()) * SAMPLE_MS;
  await history.add({ at, samples, forgotten, keptSince: at - USAGE_KEPT_MS + SAMPLE_MS });
  const kept = [...stored, ...samples.map(({ serviceId }) => serviceId)].filter((id) => known.has(id));
  return { before: reading, sampled: new Set(kept) };
}

const sampler = setup({
  types: {
    context: {} as SamplerContext, // setup() takes types as values
    events: {} as { readonly type: 'sampler.close' },
    input: {} as SamplerInput,
  },
  actors: { sample: fromPromise<Round, SamplerContext>(({ input }) => sample(input)) },
  actions: {
    keep: assign((_, { round }: { readonly round: Round }) => round ?? {}),
    logFailure: ({ context: { log } }, { error }: { readonly error: unknown }) => {
      log.debug({ err: error }, 'the resource usage of this minute could not be stored');
    },
  },
  guards: {
    isDue: ({ context: { services, sampled, clock } }) => {
      const known = services();
      const isAnyUp = [...known.values()].some(({ hasProcess }) => hasProcess);
      const isAnyGone = [...(sampled ?? [])].some((id) => !known.has(id));
      return (isAnyUp || isAnyGone) && minuteOf(clock.now()) % stepOf(known) === 0;
    },
    isUnsupported: (_, { round }: { readonly round: Round }) => round === null,
  },
  delays: { untilNextMinute: ({ context: { clock } }) => SAMPLE_MS - (clock.now() % SAMPLE_MS) },
});

/** The machine that stores the resource usage of services. */
export const samplerMachine = sampler.createMachine({
  id: 'usageSampler',
  context: ({ input }) => ({ ...input, before: null, sampled: null }),
  on: { 'sampler.close': '.closed' },
  initial: 'waiting',
  states: {
    waiting: {
      after: {
        untilNextMinute: [
          { guard: 'isDue', target: 'sampling' },
          { target: 'waiting', reenter: true },
        ],
      },
    },
    sampling: {
      invoke: {
        src: 'sample',
        input: ({ context }) => context,
        onDone: [
          { guard: { type: 'isUnsupported', params: ({ event }) => ({ round: event.output }) }, target: 'closed' },
          { target: 'waiting', actions: { type: 'keep', params: ({ event }) => ({ round: event.output }) } },
        ],
        onError: {
          target: 'waiting',
          actions: { type: 'logFailure', params: ({ event }) => ({ error: event.error }) },
        },
      },
    },
    closed: { type: 'final' },
  },
});
