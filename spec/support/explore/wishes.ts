import { planOf, SHARED_IO, type AGENTS, type Plant } from '../walks/walk-plant.ts';
import type { Given } from './client.ts';

interface AgentWish {
  readonly isRunning: boolean;
  readonly services: readonly string[];
}

/** What the commands ask for, as docs/supervision.md and docs/api.md define it: nothing of the host's own code is used. */
export class Wishes {
  readonly agents = new Map<string, AgentWish>();
  /** Services that a command for themselves has stopped. */
  readonly stopped = new Set<string>();
  isIoHeld = false;
  readonly #plant: Plant;

  constructor(plant: Plant) {
    this.#plant = plant;
    if (plant.hasHost && !plant.isAutostarted) this.stopped.add('telemetry');
  }

  #holders(service: string): number {
    const agents = [...this.agents.values()].filter((one) => one.isRunning && one.services.includes(service)).length;
    const isHost = service === 'telemetry' && this.#plant.hasHost;
    return agents + (service === SHARED_IO && this.isIoHeld ? 1 : 0) + (isHost ? 1 : 0);
  }

  take({ step, plant }: Given): void {
    const planned = (agent: (typeof AGENTS)[number]): readonly string[] =>
      planOf(plant, agent === 'a' ? 0 : 1).services.map(({ id }) => id);
    switch (step.do) {
      case 'startAgent':
      case 'startKnownAgent':
      case 'restartAgent':
        this.#start(step.agent, planned(step.agent));
        break;
      case 'defineAgent':
        if (step.isStarted) this.#start(step.agent, planned(step.agent));
        else if (this.agents.get(step.agent)?.isRunning !== true)
          this.agents.set(step.agent, { isRunning: false, services: planned(step.agent) });
        break;
      case 'stopAgent': {
        const known = this.agents.get(step.agent);
        if (known !== undefined) this.agents.set(step.agent, { ...known, isRunning: false });
        break;
      }
      case 'deleteAgent':
        for (const service of this.agents.get(step.agent)?.services ?? []) this.stopped.delete(service);
        this.agents.delete(step.agent);
        break;
      case 'startService':
      case 'restartService':
        this.stopped.delete(step.service);
        break;
      case 'stopService':
        this.stopped.add(step.service);
        break;
      case 'signalService':
      case 'acknowledgeService':
      case 'pinVersion':
        break;
      case 'startIo':
        this.isIoHeld = true;
        this.stopped.delete(SHARED_IO);
        break;
      case 'stopIo':
        this.isIoHeld = false;
        break;
      case 'deleteService':
        this.isIoHeld &&= step.service !== SHARED_IO;
        break;
      case 'reload':
        for (const [agent, known] of this.agents) {
          this.agents.set(agent, { ...known, services: planned(agent as (typeof AGENTS)[number]) }); // its keys
        }
    }
  }

  #start(agent: string, services: readonly string[]): void {
    this.agents.set(agent, { isRunning: true, services });
    this.isIoHeld ||= services.includes(SHARED_IO); // it outlives its agents
    for (const service of services) this.stopped.delete(service);
  }

  isToRun(service: string): boolean {
    return this.#holders(service) > 0 && !this.stopped.has(service);
  }
}

/**
 * Which services are to run after these commands: every possibility, because a command without an answer may have been
 * accepted or not, and of two that were given at the same time either may have come first. `plant` is the configuration
 * that the host found when it started.
 */
export function possibleWishes(given: readonly Given[], plant: Plant): readonly Wishes[] {
  const open = given.filter(({ status }) => status === 'asked');
  const choices = Array.from({ length: 2 ** open.length }, (_, choice) =>
    given.filter((one) => {
      const nth = open.indexOf(one);
      return one.status === 'done' || (nth !== -1 && ((choice >> nth) & 1) === 1);
    }),
  );
  return choices.flatMap(ordersOf).map((order) => {
    const wishes = new Wishes(plant);
    for (const one of order) wishes.take(one);
    return wishes;
  });
}

/** Every order in which these commands may have been carried out. */
function ordersOf(given: readonly Given[]): readonly (readonly Given[])[] {
  if (given.length === 0) return [[]];
  return given.flatMap((first, index) => {
    const isFirst = given.slice(0, index).every(({ key }) => first.beside.includes(key));
    const rest = given.filter((one) => one !== first);
    return isFirst ? ordersOf(rest).map((order) => [first, ...order]) : [];
  });
}
