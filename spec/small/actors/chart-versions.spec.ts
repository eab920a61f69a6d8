import { expect } from 'chai';
import { createHash } from 'node:crypto';
import type { AnyStateMachine } from 'xstate';
import { createSupervisorMachine } from '../../../lib/actors/supervisor/machine.ts';
import { FakeCatalog, OPEN_GATE } from '../../support/actors/actor-world.ts';
import { FakeProber } from '../../support/probe/fake-prober.ts';
import { fakeProcessHost } from '../../support/process/fake-process-host.ts';

/**
 * The states of every version of every machine that a store may hold rows of, as a hash. A chart that changes needs a new version,
 * a migration of the old rows (control/recovery/migrations.ts), and a line here; the line of a released version never
 * changes.
 */
const KNOWN: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  supervisor: { '1': 'a45b373254576b0f' },
  service: { '1': '4d84879d1607d3a7', '2': '43221beaabaae3b1', '3': '8be4e8e466d28130' },
  agent: { '1': 'b9f6b0eddef08fd8', '2': 'b9f6b0eddef08fd8' },
};

const clock = { now: () => 0, random: () => 0.5 };
const root = createSupervisorMachine(
  { processes: fakeProcessHost(clock), gate: OPEN_GATE, catalog: new FakeCatalog(), prober: new FakeProber() },
  clock,
);
const children = root.implementations.actors as Record<string, AnyStateMachine>; // set up with exactly these
const machines: Record<string, AnyStateMachine> = { supervisor: root, ...children };

/** The names of the states and their nesting: what a kept state value is made of. */
function shapeOf(node: { readonly states: object }): unknown {
  const states = Object.entries(node.states as Record<string, { readonly states: object }>); // of XState's StateNode
  return Object.fromEntries(states.map(([name, child]) => [name, shapeOf(child)]));
}

describe('the version of a chart', () => {
  for (const [name, machine] of Object.entries(machines)) {
    it(`of the ${name} machine goes up when its states change`, () => {
      const hash = createHash('sha256')
        .update(JSON.stringify(shapeOf(machine.root)))
        .digest('hex')
        .slice(0, 16);
      expect(KNOWN[name]?.[machine.version ?? '']).to.equal(hash);
    });
  }
});
