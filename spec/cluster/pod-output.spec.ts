import { expect } from 'chai';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PodLogs } from '../../lib/kubernetes/output/pod-logs.ts';
import { recordSink } from '../../lib/logs/sink/record-sink.ts';
import { openServiceLogs } from '../../lib/logs/local-service-logs.ts';
import type { ProcessExit } from '../../lib/model/process.ts';
import { parseServiceId } from '../../lib/model/values/ids.ts';
import { wallTimers } from '../../lib/ports/wall-timers.ts';
import { recordingLog } from '../support/control/control-world.ts';
import { eventually } from '../support/eventually.ts';
import { PodWorld } from '../support/kubernetes/pod-world.ts';
import { launchedBy } from '../support/process/launched-by.ts';

const PUMP = parseServiceId('pump');

describe('the output of a pod on a cluster', function () {
  this.timeout(120_000);

  it('is in the logs as a whole, in its order, also what the program wrote last', async () => {
    const world = new PodWorld();
    const log = recordingLog();
    const stateDir = join(world.folder, 'state');
    const parts = { client: await world.client(), namespace: 'default', timers: wallTimers, log };
    const output = new PodLogs({ ...parts, sink: recordSink(stateDir) });
    const host = await world.open({ output });
    await host.survey();
    try {
      const executablePath = join(world.folder, 'writer');
      const script = 'i=0; while [ $i -lt 500 ]; do echo out $i; echo err $i >&2; i=$((i+1)); done; echo last; exit 3';
      writeFileSync(executablePath, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
      const request = { ...world.request(PUMP, 1), executablePath, args: [] };
      const launch = await eventually(async () => launchedBy(await host.launch(request)), 20_000, 200);
      const exit = await new Promise<ProcessExit>((exited) => host.observe(launch.launchId, { exited }));
      expect(exit).to.include({ code: 3, isKnown: true });
      const { generation } = launch;
      const logs = await openServiceLogs({ stateDir, log, status: (id) => host.status(id), punchCommand: null });
      await eventually(async () => {
        const texts: string[] = [];
        const start = { type: 'oldest' } as const;
        for await (const batch of logs.read({ serviceId: PUMP, streams: ['stdout', 'stderr'], start }))
          for (const item of batch) if (item.type === 'line') texts.push(item.text);
        const expected = Array.from({ length: 500 }, (_, index) => [`out ${index}`, `err ${index}`]).flat();
        expect(texts).to.deep.equal([...expected, 'last']);
      }, 30_000);
      expect(generation).to.equal(1);
      await logs.close();
    } finally {
      await world.dispose();
      await output.close();
    }
  });
});
