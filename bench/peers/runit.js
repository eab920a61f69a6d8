import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram, packageVersion } from '../programs/programs.js';
import { serviceFolders, writeServices } from './service-folders.js';

/** runsvdir ignores services over this number. */
const MAX_SERVICES = 1_000;

/** Bytes 12 to 15 of a status file: the pid, with the lowest byte first. */
const pidIn = (status) => (status.length < 16 ? 0 : status.readUInt32LE(12));

/** http://smarden.org/runit, from Debian's package: runsvdir with one runsv a service, commands through its FIFO. */
export const runit = {
  name: 'runit',
  install: 'apt-get install runit',
  notes: [
    'runit: its runsv of each service is there before a start; `run` is a shell script. No output is captured, except in the rows of output (svlogd).',
    'runit: one runsvdir supervises at most 1,000 services; there are as many as needed.',
  ],
  restartDelayMs: 0,
  isQueued: true,
  version: () => packageVersion('runsvdir', 'runit'),
  async setUp(stage) {
    const { folder, services, env } = stage;
    const parents = Array.from({ length: Math.max(1, Math.ceil(services.length / MAX_SERVICES)) }, (_, index) =>
      join(folder, `services${index}`),
    );
    const parentOf = new Map(services.map(({ name }, index) => [name, parents[Math.floor(index / MAX_SERVICES)]]));
    for (const parent of parents) {
      mkdirSync(parent);
      const own = services.filter(({ name }) => parentOf.get(name) === parent);
      writeServices(parent, { ...stage, services: own }, `${findProgram('svlogd')} -ttt ./main`);
    }
    let tops = [];
    const up = () => {
      tops = parents.map((parent) =>
        spawn(findProgram('runsvdir'), [parent], { stdio: 'ignore', env: { ...process.env, ...env } }),
      );
    };
    stage.begin();
    up();
    const folders = serviceFolders({ services, folderOf: (name) => join(parentOf.get(name), name), pidIn, up });
    if (!stage.autostart) await folders.supervisorsAreThere();
    return { ...folders, pid: () => tops.map(({ pid }) => pid) };
  },
};
