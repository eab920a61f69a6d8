import { expect } from 'chai';
import { spawn, type ChildProcess } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { closeSync, constants, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { logFolder } from '../../../lib/launching/log-layout.ts';
import { parseLaunchId, parseServiceId } from '../../../lib/model/values/ids.ts';
import { writeRequest } from '../../../lib/process/files/launch-files.ts';
import { layoutOf, runFolder } from '../../../lib/process/files/layout.ts';
import { nativeShimFile } from '../../../lib/process/launch/shim-kind.ts';
import { isLocked } from '../../../lib/process/os/file-locks.ts';
import { LaunchOutputs } from '../../../lib/process/tree/launch-outputs.ts';
import { eventually } from '../../support/eventually.ts';
import { isNativeShimBuilt, newLaunchId } from '../../support/process/shim-driver.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const MIB = 1024 * 1024;
const silent = (): void => undefined;
const LOG = { debug: silent, info: silent, warn: silent, error: silent };

describe('the reader of a launch whose shim was killed', function () {
  this.timeout(20_000);

  const started: ChildProcess[] = [];
  const note = (message: unknown): void => {
    started.push((message as { readonly process: ChildProcess }).process); // as Node documents this channel
  };

  before(function () {
    if (!isNativeShimBuilt()) this.skip();
  });

  afterEach(() => unsubscribe('child_process', note));

  it('is left alone by a host that comes later, and replaced when it is killed', async () => {
    const layout = layoutOf(temporaryFolder());
    const [launchId, serviceId] = [parseLaunchId(newLaunchId()), parseServiceId('s')];
    const folders = [runFolder(layout, launchId), logFolder(layout, serviceId)] as const;
    for (const folder of folders) mkdirSync(folder, { recursive: true });
    const stop = { signal: 'SIGTERM', graceMs: 0 } as const;
    writeRequest(layout, launchId, {
      ...{ serviceId, generation: 1, stop, maxLogBytes: MIB, executablePath: '/bin/true', version: null },
    });
    const state = join(folders[0], 'reader');
    const earlier = spawn(nativeShimFile(), ['reader', ...folders, '1', String(MIB)], { stdio: 'ignore' });
    const writer = await eventually(() => openSync(join(folders[0], 'out'), constants.O_RDWR));
    const outputs = new LaunchOutputs(layout, LOG, silent);
    try {
      await eventually(() => expect(isLocked(state)).to.equal(true));
      subscribe('child_process', note);
      outputs.read(launchId);
      await pause(2_500);
      expect(started).to.have.length(0);
      earlier.kill('SIGKILL');
      await once(earlier, 'exit');
      await eventually(() => expect(started).to.have.length(1));
      await eventually(() => expect(isLocked(state)).to.equal(true));
    } finally {
      outputs.close();
      closeSync(writer); // the last one: no reader stays
    }
  });

  it('is not found in a file that nobody has locked, or that does not exist', () => {
    const file = join(temporaryFolder(), 'reader');
    expect(isLocked(file)).to.equal(false);
    writeFileSync(file, '');
    expect(isLocked(file)).to.equal(false);
  });
});
