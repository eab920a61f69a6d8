import { diceOf, pick } from '../dice.ts';
import {
  afterDeath,
  afterSecondDeath,
  explored,
  waysAt,
  recorded,
  reportOf,
  type Death,
  type Recording,
} from './explore.ts';
import type { Pace, Point, Way } from './explore-world.ts';
import type { When } from './tracer.ts';
import { SCENARIOS } from './scenarios.ts';
import type { Scenario } from './scenario.ts';

/** Which schedules to carry out, and the share of one process in them: every `stride`-th from `first` on. */
export interface Share {
  /** How many in all. */
  readonly schedules: number;
  /** How many hosts may die in a schedule, one after the other. */
  readonly depth: 1 | 2;
  readonly seed: number;
  /** Null: all. */
  readonly scenario: string | null;
  /** Only this schedule of the scenario: its deaths as `CALL:WHEN:PACE[:on]`, separated by commas. */
  readonly at: string | null;
  /** Of the first depth only every fourth moment, beginning with this one; null: each. */
  readonly fourth: number | null;
  readonly first: number;
  readonly stride: number;
  /** Ends at the first failure. */
  readonly isHasty: boolean;
}

/** What was found. */
export interface Found {
  /** Schedules with one death, and with two: of core scenarios, and sampled. */
  readonly counts: { readonly one: number; readonly core: number; readonly sampled: number };
  readonly failures: number;
  /** One report of each kind of failure, by its kind. */
  readonly reports: readonly (readonly [kind: string, report: string])[];
  /** By scenario: its calls, the moments that differ, and its schedules with one death (of all processes together). */
  readonly scenarios: Readonly<Record<string, readonly [calls: number, moments: number, schedules: number]>>;
}

const SECONDS_OF_A_SAMPLE = 12;

/** Carries out a share of all schedules. */
export class Campaign {
  readonly #share: Share;
  readonly #scenarios: readonly Scenario[];
  readonly #recordings = new Map<string, Promise<Recording>>();
  readonly #reports = new Map<string, string>();
  readonly #counts = { one: 0, core: 0, sampled: 0 };
  readonly #found: Record<string, [number, number, number]> = {};
  #failures = 0;
  #unit = 0;

  constructor(share: Share) {
    this.#share = share;
    this.#scenarios = SCENARIOS.filter(({ name }) => share.scenario === null || name === share.scenario);
  }

  async run(): Promise<Found> {
    const { depth, at } = this.#share;
    if (at !== null) return this.#one(at);
    await this.#firstDepth();
    if (depth === 2) {
      await this.#secondDepth();
      await this.#samples();
    }
    const scenarios = this.#found;
    return { counts: this.#counts, failures: this.#failures, reports: [...this.#reports], scenarios };
  }

  async #one(at: string): Promise<Found> {
    const deaths = at.split(',').map((text): Death => {
      const [call, when, pace, on] = text.split(':');
      return { call: Number(call), when: when as When, pace: pace as Pace, goesOn: on === 'on' }; // as a report names them
    });
    for (const scenario of this.#scenarios) {
      const wrong = await explored(scenario.name, deaths);
      this.#counts.one += 1;
      const calls = deaths.map(({ call }) => `call ${call}`);
      if (wrong.length > 0) this.#failed(scenario, deaths, calls, wrong);
    }
    return { counts: this.#counts, failures: this.#failures, reports: [...this.#reports], scenarios: {} };
  }

  get #isOver(): boolean {
    return this.#share.isHasty && this.#failures > 0;
  }

  /** Whether the next unit of work is one of this process. */
  #isMine(): boolean {
    const isMine = this.#unit % this.#share.stride === this.#share.first;
    this.#unit += 1;
    return isMine;
  }

  #recording(scenario: Scenario): Promise<Recording> {
    const known = this.#recordings.get(scenario.name) ?? recorded(scenario);
    this.#recordings.set(scenario.name, known);
    return known;
  }

  /** Every moment of every scenario. */
  async #firstDepth(): Promise<void> {
    let planned = 0;
    for (const scenario of this.#scenarios) {
      const recording = await this.#recording(scenario);
      if (recording.wrong.length > 0 && this.#isMine()) this.#failed(scenario, [], [], recording.wrong);
      const before = planned;
      for (const [index, point] of recording.points.entries()) {
        if (this.#share.fourth !== null && index % 4 !== this.#share.fourth) continue;
        for (const way of waysAt(scenario, point)) {
          planned += 1;
          if (this.#isOver || !this.#isMine()) continue;
          const { wrong } = await afterDeath(recording, point, way);
          this.#counts.one += 1;
          if (wrong.length > 0) this.#failed(scenario, [deathOf(point, way)], [point.name], wrong);
        }
      }
      this.#found[scenario.name] = [recording.names.length, recording.points.length, planned - before];
    }
  }

  /** Every moment of every next host of the core scenarios. */
  async #secondDepth(): Promise<void> {
    for (const scenario of this.#scenarios.filter(({ isCore }) => isCore)) {
      const recording = await this.#recording(scenario);
      for (const point of recording.points) {
        for (const way of waysAt(scenario, point)) {
          if (this.#isOver || !this.#isMine()) continue;
          this.#counts.core += await this.#deathsAfter(recording, [point, way], () => true);
        }
      }
    }
  }

  /** Schedules with two deaths, drawn from all scenarios, until there are enough. */
  async #samples(): Promise<void> {
    const { schedules, stride, first, seed } = this.#share;
    const own = Math.floor(schedules / stride) + (first < schedules % stride ? 1 : 0);
    let left = own - this.#counts.one - this.#counts.core;
    for (let draw = first; left > 0 && !this.#isOver; draw += stride) {
      const dice = diceOf(Math.imul(seed, 0x9e3779b1) ^ Math.imul(draw + 1, 0x85ebca6b));
      const recording = await this.#recording(pick(dice, this.#scenarios));
      const point = pick(dice, recording.points);
      const way = pick(dice, waysAt(recording.scenario, point));
      this.#counts.sampled += await this.#deathsAfter(recording, [point, way], (among) => {
        const isWanted = left > 0 && dice() < SECONDS_OF_A_SAMPLE / among;
        if (isWanted) left -= 1;
        return isWanted;
      });
    }
  }

  /** The deaths of the host after a first one that are wanted. */
  async #deathsAfter(
    recording: Recording,
    [first, firstWay]: readonly [Point, Way],
    isWanted: (among: number) => boolean,
  ): Promise<number> {
    const { scenario } = recording;
    const { world } = await afterDeath(recording, first, firstWay, true);
    let done = 0;
    for (const second of world.points) {
      for (const way of waysAt(scenario, second)) {
        if (this.#isOver || !isWanted(world.points.length)) continue;
        const wrong = await afterSecondDeath(recording, [first, firstWay], [second, way]);
        done += 1;
        if (wrong.length === 0) continue;
        this.#failed(scenario, [deathOf(first, firstWay), deathOf(second, way)], [first.name, second.name], wrong);
      }
    }
    return done;
  }

  #failed({ name }: Scenario, deaths: readonly Death[], calls: readonly string[], wrong: readonly string[]): void {
    this.#failures += 1;
    const kind = `${name} ${wrong[0]!.replaceAll(/\d+/g, '#')}`;
    if (!this.#reports.has(kind)) this.#reports.set(kind, reportOf(name, deaths, calls, wrong));
  }
}

function deathOf({ call, when }: Point, way: Way): Death {
  return { call, when, ...way };
}
