import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { HealthView } from '../../../lib/api/schemas/host.ts';
import { BuiltHost, install, write } from '../../support/built/built-host.ts';
import { eventually } from '../../support/eventually.ts';
import { isAlive } from '../../support/process/alive.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const MAIN = new URL('../../../dist/main.js', import.meta.url).pathname;
const SERVICES = 10;

describe('a copy of a state directory on the machine of its original', function () {
  this.timeout(90_000);
  let basePath: string;
  let copyPath: string;
  let original: BuiltHost;
  let copy: BuiltHost | null;

  beforeEach(async () => {
    basePath = temporaryFolder();
    copyPath = join(temporaryFolder(), 'copy');
    copy = null;
    install(basePath, 'waits', 'pump-1.0.0');
    const services = Array.from({ length: SERVICES }, (_, index) => `  pump${index}: { kind: pump }\n`).join('');
    write(basePath, 'coredinator.yaml', `kinds: { pump: { executable: pump } }\nservices:\n${services}`);
    original = await BuiltHost.start(basePath);
    await running(original);
  });

  afterEach(async () => {
    for (const host of [copy, original]) {
      if (host === null || !isAlive(host.pid)) continue;
      await host.request('POST', '/api/shutdown', { mode: 'drain' });
      await host.ended;
    }
  });

  async function running(host: BuiltHost): Promise<void> {
    await eventually(async () => {
      const states = (await host.services()).map(({ state }) => state);
      expect(states).to.deep.equal(Array<string>(SERVICES).fill('running'));
    }, 40_000);
  }

  const pids = async (host: BuiltHost): Promise<readonly (number | null)[]> =>
    (await host.services()).map(({ pid }) => pid);

  const run = (...args: readonly string[]): Promise<{ readonly stdout: string }> =>
    promisify(execFile)(process.execPath, [MAIN, ...args]);

  const health = async (host: BuiltHost): Promise<HealthView> =>
    (await host.request('GET', '/api/healthcheck')).body as HealthView; // contract 3.1

  for (const [how, make] of [
    [
      'a backup that is restored',
      async () => {
        const archive = join(temporaryFolder(), 'plant.tar.gz');
        await run('backup', archive, '--base-path', basePath);
        cpSync(basePath, copyPath, { recursive: true, filter: (path) => !path.includes('.coredinator') });
        await run('restore', archive, '--base-path', copyPath);
      },
    ],
    [
      'a folder that is copied',
      () => {
        cpSync(basePath, copyPath, { recursive: true, filter: (path) => !path.includes('/run/') });
        return Promise.resolve();
      },
    ],
  ] as const) {
    it(`launches and ends nothing while the original lives, and starts afterwards: ${how}`, async () => {
      const before = await pids(original);
      await make();
      copy = await BuiltHost.start(copyPath);
      const found = await health(copy);
      expect(found.notices?.map(({ code }) => code)).to.deep.equal(['state_copied']);
      expect(found.reasons?.join()).to.match(/nothing is launched here/);
      await new Promise((resolve) => setTimeout(resolve, 3_000));
      expect((await pids(copy)).every((pid) => pid === null)).to.equal(true);
      expect(await pids(original)).to.deep.equal(before);
      expect((await health(original)).status).to.equal('healthy');

      await run('health', 'acknowledge', '--url', copy.url);
      const after = await health(copy);
      expect(after.notices, 'the notice is gone').to.equal(undefined);
      expect(after.status, 'and the original still lives').to.equal('degraded');

      await original.request('POST', '/api/shutdown', { mode: 'drain' });
      await original.ended;
      await running(copy);
      expect((await health(copy)).status).to.equal('healthy');
    });
  }
});
