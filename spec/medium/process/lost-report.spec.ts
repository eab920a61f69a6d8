import { expect } from 'chai';
import { mkdirSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import type { LaunchFailure } from '../../../lib/model/process.ts';
import { parseLaunchId, parseServiceId } from '../../../lib/model/values/ids.ts';
import { NO_LIMITS } from '../../../lib/model/values/limits.ts';
import { AS_HOST } from '../../../lib/model/values/run-as.ts';
import { layoutOf } from '../../../lib/process/files/layout.ts';
import { LaunchResultReader, type LaunchResult } from '../../../lib/process/launch/launch-result.ts';
import { shimRequestOf } from '../../../lib/process/launch/shim-request.ts';
import type { Tree } from '../../../lib/process/tree/process-tree.ts';
import type { TreeOrigin } from '../../../lib/process/tree/tree-context.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const LAUNCH = parseLaunchId('e'.repeat(32));
const { EPERM, ENOENT } = constants.errno;

describe('a launch whose report was lost', () => {
  /** What the host makes of the exit record of a launch, which is all that is left of it besides its claim. */
  async function resultBy(record: object, adopt: (origin: TreeOrigin) => Tree): Promise<LaunchResult> {
    const layout = layoutOf(temporaryFolder());
    for (const folder of [layout.run, layout.exits, join(layout.run, LAUNCH)]) mkdirSync(folder);
    const claim = { protocol: 1, launch: LAUNCH, owner: 'shim', shim: 'native', pid: 1, start: '0', boot: 'b' };
    writeFileSync(join(layout.run, LAUNCH, 'claim'), JSON.stringify(claim));
    const end = { launch: LAUNCH, pid: 7, code: 127, signal: null, core: 0, end: 1_234 };
    writeFileSync(join(layout.exits, LAUNCH), JSON.stringify({ ...end, ...record }));
    const silent = (): void => undefined;
    const context = {
      layout,
      clock: { now: () => 0, random: () => 0 },
      log: { debug: silent, info: silent, warn: silent, error: silent },
      adopt,
    };
    const request = {
      ...{
        serviceId: parseServiceId('pump'),
        agentId: null,
        generation: 1,
        executablePath: '/opt/pump',
        version: null,
      },
      ...{ args: [], env: {}, cwd: '/data', stop: { signal: 'SIGTERM', graceMs: 1 } as const },
      limits: { ...NO_LIMITS, openFiles: 9 },
      maxLogBytes: 1024 ** 2,
      output: 'separate' as const,
      ...AS_HOST,
    };
    const shimRequest = shimRequestOf(request, LAUNCH, { layout, basePath: '/base', env: {}, account: null });
    const reader = new LaunchResultReader(request, shimRequest, 'native', context);
    return reader.read({ type: 'none', reason: 'No report came.' });
  }

  /** The same for one that was refused; what is left of its shim is of no interest. */
  async function failureBy(record: object): Promise<LaunchFailure> {
    return (await resultBy(record, () => null as unknown as Tree)) as LaunchFailure; // no tree is made here
  }

  it('says by its record that the working directory is missing, which is not for good', async () => {
    expect(await failureBy({ exec_errno: ENOENT, step: 'cwd' })).to.deep.equal({
      code: 'ENOENT',
      isPermanent: false,
      message: 'The working directory "/data" cannot be used: no such file or directory (ENOENT).',
    });
  });

  it('says by its record which limit cannot be set', async () => {
    const failure = await failureBy({ exec_errno: EPERM, step: 'limits', limit: 'open_files' });
    expect(failure).to.include({ code: 'EPERM', isPermanent: false });
    expect(failure.message).to.contain('The limit "open_files: 9" cannot be set');
  });

  it('is taken for a program that cannot be run where the record does not say more', async () => {
    expect(await failureBy({ exec_errno: ENOENT })).to.include({ code: 'ENOENT', isPermanent: true });
  });

  it('is a launch that ran, if its exit record says so and its pid record cannot be used', async () => {
    const adopted: TreeOrigin[] = [];
    const tree = {} as Tree; // only handed on
    const result = await resultBy({ exec_errno: 0, code: 3 }, (origin) => {
      adopted.push(origin);
      return tree;
    });

    expect(result).to.equal(tree);
    expect(adopted).to.have.length(1);
    expect(adopted[0]).to.deep.include({ launchId: LAUNCH, main: { pid: 7, start: '' }, shim: { pid: 1, start: '0' } });
    expect(adopted[0]?.launch).to.include({ pid: 7, startTime: '', generation: 1, launchedAt: 0 });
  });
});
