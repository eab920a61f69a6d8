import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { pause } from '../patience.js';

const run = promisify(execFile);
/** A command of the cluster that takes longer hangs. */
const COMMAND_MS = 300_000;

/**
 * What is done to the cluster: the commands of scripts/cluster/cluster.sh that begin and end it, and how long it lasts.
 * A node that says nothing for 8 s counts as not ready. `of`: whom it hits, if there is a choice.
 */
const FAULTS = {
  'API server killed': { of: null, begin: 'api-kill', end: 'api-start', lastsMs: [300, 4_000] },
  'API server hangs': { of: null, begin: 'api-stop', end: 'api-continue', lastsMs: [1_000, 9_000] },
  'kubelet killed': { of: 'node', begin: 'kubelet-kill', end: 'node-start', lastsMs: [300, 6_000] },
  'kubelet hangs': { of: 'node', begin: 'kubelet-stop', end: 'kubelet-continue', lastsMs: [1_000, 12_000] },
  'node cut off': { of: 'link', begin: 'cut', end: 'heal', lastsMs: [1_000, 14_000] },
  'host cut off': { of: 'host', begin: 'cut', end: 'heal', lastsMs: [1_000, 9_000] },
};

/** The fault of a round, with its choices. */
export function drawFault(dice, nodes) {
  const name = dice.pick(Object.keys(FAULTS));
  const { of, lastsMs } = FAULTS[name];
  const node = dice.between(1, nodes);
  const whom = { node: [String(node)], link: [`n${node}`], host: ['host'] }[of] ?? [];
  return { name, whom, lastsMs: dice.between(...lastsMs), moment: dice.pick(['alive', 'alive', 'dead']) };
}

/** The cluster of a run, as scripts/cluster/cluster.sh made it. */
export class ClusterControl {
  #script;

  constructor(script) {
    this.#script = script;
  }

  /** Carries out a command of cluster.sh. */
  async command(...words) {
    await run(this.#script, words, { timeout: COMMAND_MS });
  }

  /** Ends every fault, and waits until all nodes are ready. */
  async mend() {
    await this.command('mend');
  }

  /** Begins a fault; resolves with what ends it once its time is over. */
  async begin({ name, whom, lastsMs }) {
    const { begin, end } = FAULTS[name];
    const span = { name, from: Date.now(), to: Infinity };
    await this.command(begin, ...whom);
    return {
      span,
      over: async () => {
        await pause(lastsMs);
        await this.command(end, ...whom);
        span.to = Date.now();
      },
    };
  }
}
