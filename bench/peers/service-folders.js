import {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { timed, until } from './timing.js';

const READY_MS = 180_000;

const quoted = (text) => `'${text}'`;

function writeScript(path, lines) {
  writeFileSync(path, ['#!/bin/sh', ...lines, ''].join('\n'));
  chmodSync(path, 0o755);
}

/**
 * Writes one folder for each service, as runit and s6 read them: `run`, a shell script that becomes the program; `down`
 * unless it starts by itself; with a logger, only for a service with arguments (one that writes), `log/run`.
 */
export function writeServices(parent, { services, fifo, autostart }, logger) {
  for (const { name, program, args } of services) {
    const folder = join(parent, name);
    mkdirSync(folder, { recursive: true });
    const env = `COREDINATOR_SERVICE_ID=${name} BENCH_FIFO=${quoted(fifo)}`;
    writeScript(join(folder, 'run'), [`export ${env}`, `exec ${[program, ...args].map(quoted).join(' ')}`]);
    if (!autostart) writeFileSync(join(folder, 'down'), '');
    if (args.length === 0) continue;
    mkdirSync(join(folder, 'log', 'main'), { recursive: true });
    writeScript(join(folder, 'log', 'run'), [`exec ${logger}`]);
  }
}

/** Writes one letter to the control FIFO of a service; it is done once the letter is written: the work comes later. */
function command(folder, letter) {
  const fd = openSync(join(folder, 'supervise/control'), constants.O_WRONLY | constants.O_NONBLOCK);
  writeSync(fd, letter);
  closeSync(fd);
}

/**
 * What runit and s6 have in common: commands through the FIFO of a service, its state from a file. `folderOf` has the
 * folder of a service, `pidIn` reads the pid from its status file (0: it is down).
 */
export function serviceFolders({ services, folderOf, pidIn, up }) {
  const pidOf = (name) => {
    const file = join(folderOf(name), 'supervise/status');
    return existsSync(file) ? pidIn(readFileSync(file)) : 0;
  };
  return {
    /** A service that writes is run only once: it would write everything again. */
    start: (name) =>
      timed(() => command(folderOf(name), services.find((one) => one.name === name).args.length > 0 ? 'o' : 'u')),
    stop: (name) => timed(() => command(folderOf(name), 'd')),
    startAll: () =>
      timed(() => {
        for (const { name } of services) command(folderOf(name), 'u');
      }),
    known: () => new Map(services.map(({ name }) => [name, pidOf(name)]).filter(([, pid]) => pid !== 0)),
    again: up,
    supervisorsAreThere: () =>
      until(
        () => services.every(({ name }) => existsSync(join(folderOf(name), 'supervise/status'))),
        READY_MS,
        'every service has a supervisor',
      ),
    load: null,
    close: () => undefined,
  };
}
