import { expect } from 'chai';
import { AGENT_MACHINE_VERSION } from '../../../lib/actors/agent/machine.ts';
import { SERVICE_MACHINE_VERSION } from '../../../lib/actors/service/machine.ts';
import { SUPERVISOR_MACHINE_VERSION } from '../../../lib/actors/supervisor/machine.ts';
import { MIGRATIONS } from '../../../lib/store/recovery/migrations.ts';

/**
 * The machine versions that rows may have under each schema, from 0.1.0 on. A host that does not know the schema leaves the rows alone, and one
 * that does can read them: so newer machine versions need a newer schema (store/recovery/migrations.ts) and a line here. A line of a
 * released schema never changes.
 */
const MACHINES: Readonly<Record<number, Readonly<Record<string, string>>>> = {
  6: { root: '1', service: '2', agent: '1' },
  7: { root: '1', service: '3', agent: '2' },
  8: { root: '1', service: '3', agent: '2' },
  9: { root: '1', service: '3', agent: '2' },
  10: { root: '1', service: '3', agent: '2' },
  11: { root: '1', service: '3', agent: '2' },
  12: { root: '1', service: '3', agent: '2' },
  13: { root: '1', service: '3', agent: '2' },
  14: { root: '1', service: '3', agent: '2' },
  15: { root: '1', service: '3', agent: '2' },
};

describe('the schema of the store', () => {
  it('goes up with the version of every machine, so that an older host refuses rows that it cannot read', () => {
    const schema = MIGRATIONS.at(-1)!.id;
    const present = {
      root: SUPERVISOR_MACHINE_VERSION,
      service: SERVICE_MACHINE_VERSION,
      agent: AGENT_MACHINE_VERSION,
    };
    expect(MACHINES[schema]).to.deep.equal(present);
  });
});
