import { expect } from 'chai';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PodCommands } from '../../lib/kubernetes/launching/run-in-pod.ts';
import type { Launch, ProcessExit } from '../../lib/model/process.ts';
import { parseServiceId } from '../../lib/model/values/ids.ts';
import type { LaunchRequest, ProcessHost } from '../../lib/ports/process-host.ts';
import { wallTimers } from '../../lib/ports/wall-timers.ts';
import { eventually } from '../support/eventually.ts';
import { PodWorld } from '../support/kubernetes/pod-world.ts';
import { launchedBy } from '../support/process/launched-by.ts';
import { temporaryFolder } from '../support/temporary.ts';

const PUMP = parseServiceId('pump');

describe('a pod on a cluster', function () {
  this.timeout(120_000);
  this.slow(20_000);
  let world: PodWorld;
  let host: ProcessHost;

  beforeEach(async () => {
    world = new PodWorld();
    host = await world.openSurveyed();
  });

  afterEach(() => world.dispose());

  function launch(more: Partial<LaunchRequest>): Promise<Launch> {
    const request = { ...world.request(PUMP, 1), ...more };
    return eventually(async () => launchedBy(await host.launch(request)), 20_000, 200);
  }

  it('is stopped by its signal, although its program handles none (knative 14137, k8s 127188)', async () => {
    await launch({ executablePath: '/bin/sleep', args: ['1000'], stop: { signal: 'SIGTERM', graceMs: 60_000 } });
    const from = performance.now();
    const exit = await host.stop(PUMP, { signal: 'SIGTERM', graceMs: 60_000 });
    expect(exit).to.include({ signal: 'SIGTERM', isKnown: true });
    expect(performance.now() - from).to.be.lessThan(30_000);
  });

  it('ends as its program did when ten are stopped at once, of which a kubelet loses some that are deleted', async () => {
    const ids = Array.from({ length: 10 }, (_, index) => parseServiceId(`pump-${index}`));
    const stop = { signal: 'SIGTERM', graceMs: 1_000 } as const;
    const all = ids.map((id) => ({ ...world.request(id, 1), stop }));
    await Promise.all(
      all.map((request) => eventually(async () => launchedBy(await host.launch(request)), 60_000, 200)),
    );
    const exits = await Promise.all(ids.map((id) => host.stop(id, stop)));
    for (const exit of exits) expect(exit).to.include({ signal: 'SIGTERM', isKnown: true });
  });

  it('runs commands with the environment and the directory of its program', async () => {
    const own = { OF_SERVICE: 'a b' };
    const made = await launch({ executablePath: '/bin/sleep', args: ['1000'], env: own });
    const { access } = await world.client();
    const { instanceId, folder } = world;
    const commands = new PodCommands({
      access,
      namespace: 'default',
      instanceId,
      basePath: folder,
      timers: wallTimers,
    });
    const run = (script: string, cwd: string | null = null): Promise<unknown> =>
      commands.run(made, { command: ['/bin/sh', '-c', script], cwd, limitMs: 10_000 }, () => undefined);
    expect(await run('test "$OF_SERVICE $PWD $COREDINATOR_GENERATION" = "a b $0 1"')).to.have.property('code', 1);
    expect(await run(`test "$OF_SERVICE $PWD $COREDINATOR_GENERATION" = "a b ${folder} 1"`)).to.include({ code: 0 });
    expect(await run('echo "no answer" >&2; exit 3', '/')).to.deep.equal({
      ...{ type: 'exited', code: 3, stderr: 'no answer\n' },
    });
  });

  it('has the file of its agent, which no volume has', async () => {
    const folder = join(temporaryFolder(), 'agents');
    mkdirSync(folder);
    const configPath = join(folder, 'pump.yaml');
    writeFileSync(configPath, 'name: pump\n');
    const made = await launch({
      executablePath: '/bin/sh',
      args: ['-c', 'sleep 2; grep -q "name: pump" "$0" && exit 7', configPath],
      configPath,
    });
    const exit = await new Promise<ProcessExit>((exited) => host.observe(made.launchId, { exited }));
    expect(exit).to.include({ code: 7, isKnown: true });
  });
});
