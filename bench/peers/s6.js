import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram, packageVersion } from '../programs/programs.js';
import { serviceFolders, writeServices } from './service-folders.js';

/** A status file has two times of 12 bytes, and then the pid with the highest byte first. */
const pidIn = (status) => (status.length < 32 ? 0 : Number(status.readBigUInt64BE(24)));

/** https://skarnet.org/software/s6, from Debian's package: s6-svscan with one s6-supervise a service. */
export const s6 = {
  name: 's6',
  install: 'apt-get install s6',
  notes: [
    's6: its s6-supervise of each service is there before a start; `run` is a shell script. No output is captured, except in the rows of output (s6-log).',
  ],
  restartDelayMs: 1_000,
  isQueued: true,
  version: () => packageVersion('s6-svscan', 's6'),
  async setUp(stage) {
    const { folder, services, env } = stage;
    const parent = join(folder, 'services');
    mkdirSync(parent);
    writeServices(parent, stage, `${findProgram('s6-log')} n8 s8388608 T ./main`);
    let top;
    const up = () => {
      const args = ['-c', String(services.length * 2 + 10), parent];
      top = spawn(findProgram('s6-svscan'), args, { stdio: 'ignore', env: { ...process.env, ...env } });
    };
    stage.begin();
    up();
    const folders = serviceFolders({ services, folderOf: (name) => join(parent, name), pidIn, up });
    if (!stage.autostart) await folders.supervisorsAreThere();
    return { ...folders, pid: () => top.pid };
  },
};
