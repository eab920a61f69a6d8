import { expect } from 'chai';
import { parseLaunchId, parseServiceId } from '../../../lib/model/values/ids.ts';
import type { Observation } from '../../../lib/process/tree/shim-silence.ts';
import { SilentShim } from '../../../lib/process/tree/silent-shim.ts';

const LAUNCH = parseLaunchId('e'.repeat(32));
const TREE = {
  launchId: LAUNCH,
  serviceId: parseServiceId('pump'),
  main: { pid: 20, start: '2' },
  shim: { pid: 10, start: '1' },
};

describe('a shim that has not recorded the end of its main process', () => {
  let unkillable: Map<typeof LAUNCH, string>;
  let worries: string[];
  let done: string[];
  let shim: SilentShim;

  beforeEach(() => {
    unkillable = new Map();
    worries = [];
    done = [];
    const worry = (_fields: object, message: string): void => void worries.push(message);
    const log = { debug: () => undefined, info: () => undefined, warn: worry, error: worry };
    shim = new SilentShim(TREE, { log, unkillable }, (pid, signal) => {
      done.push(`${signal} to ${pid}`);
      return true;
    });
  });

  /** Reports the same observation every 500 ms; returns what was done and when, in seconds. */
  function observe(
    state: Observation['shim'],
    from: number,
    to: number,
    main: Observation['main'] = 'ended',
  ): string[] {
    const found: string[] = [];
    for (let now = from; now <= to; now += 500) {
      const remedy = shim.handle({ main, shim: state }, now);
      if (remedy !== null) found.push(`${now / 1_000} s: ${remedy}`);
    }
    return found;
  }

  it('is left alone while its main process lives', () => {
    expect(observe('stopped', 0, 60_000, 'living')).to.be.empty;
    expect(shim.isSuspect).to.equal(false);
  });

  it('is continued after a second when it is stopped, killed 5 s later, and given up when it outlives that', () => {
    expect(observe('stopped', 0, 30_000)).to.deep.equal(['1 s: continue', '6 s: kill', '8 s: give up']);
    expect(done).to.deep.equal(['SIGCONT to 10', 'SIGKILL to 10']);
    expect(worries).to.have.length(3);
  });

  it('is killed after 6 s when it hangs', () => {
    expect(observe('stuck', 0, 30_000)).to.deep.equal(['6 s: kill', '8 s: give up']);
  });

  it('gets more time while it sleeps, since it may be waiting for space for its record', () => {
    expect(observe('awake', 0, 30_000)).to.deep.equal(['16 s: kill', '18 s: give up']);
  });

  it('gets more time too when it sleeps again after it was continued', () => {
    expect(observe('stopped', 0, 1_000)).to.deep.equal(['1 s: continue']);
    expect(observe('awake', 1_500, 15_500)).to.be.empty;
    expect(observe('awake', 16_000, 16_000)).to.deep.equal(['16 s: kill']);
  });

  it('is no longer a suspect when its main process turns out to be alive', () => {
    observe('stopped', 0, 500);
    expect(shim.isSuspect).to.equal(true);
    observe('stopped', 1_000, 1_000, 'living');
    expect(shim.isSuspect).to.equal(false);
    expect(observe('stopped', 1_500, 2_000)).to.be.empty;
  });

  it('is a problem that names service, shim and remedy when it cannot be killed', () => {
    observe('stuck', 0, 30_000);
    expect(unkillable.get(LAUNCH)).to.match(
      /service "pump" \(pid 10\) can be neither woken nor killed.*restart the machine/,
    );
  });
});
