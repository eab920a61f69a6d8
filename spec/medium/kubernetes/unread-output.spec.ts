import { expect } from 'chai';

import { recordSink } from '../../../lib/logs/sink/record-sink.ts';
import { parseServiceId } from '../../../lib/model/values/ids.ts';
import { eventually } from '../../support/eventually.ts';
import { FakeClusterWorld } from '../../support/kubernetes/fake-cluster-world.ts';

const PUMP = parseServiceId('pump');

describe('the output of a pod whose host died after it had stored the end', () => {
  let world: FakeClusterWorld;

  beforeEach(async () => {
    world = await FakeClusterWorld.open();
  });

  afterEach(() => world.dispose());

  it('is read to its end by the next host, before that removes the pod', async () => {
    const launch = await world.launch(PUMP);
    await eventually(() => {
      expect(world.cluster.follows).to.equal(1);
    });
    world.cluster.cutFollows();
    world.cluster.write(world.pod(PUMP), 'last words');
    world.cluster.end(world.pod(PUMP), 1);
    await eventually(() => {
      expect(world.ledger.entries.get(launch.launchId)).to.include({ state: 'exited' });
    });
    await world.host.close();
    world.cluster.goAway();
    world.cluster.comeBack();
    await world.openHost().survey();
    await eventually(() => {
      expect(world.cluster.names('pods')).to.deep.equal([]);
    }, 20_000);
    const log = await recordSink(world.stateDir).open(PUMP, 1, 1);
    expect(log.mark).to.include({ count: 1 });
    await log.close();
  });
});
