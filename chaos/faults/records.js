import {
  closeSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

const HUGE_BYTES = 3 * 1024 ** 3;
const IN_ITS_PLACE = {
  'directory in its place': (path) => mkdirSync(path),
  unreadable: (path) => symlinkSync(path, path), // ELOOP, also for root
  'huge file in its place': (path) => {
    const fd = openSync(path, 'w');
    ftruncateSync(fd, HUGE_BYTES);
    closeSync(fd);
  },
  garbage: (path) => writeFileSync(path, '{"launch": 7, '),
};
/** The host reads these for every launch; the pid record only if the ledger does not know the pid. */
const ALWAYS_READ = ['claim', 'request'];

/** A record of one launch cannot be read, or is damaged, when a host starts; later it is as it was. */
export const records = {
  name: 'records',
  missing: () => null,

  draw(dice) {
    const form = dice.pick(Object.keys(IN_ITS_PLACE));
    return { moment: 'dead', form, record: dice.pick(['claim', 'request', 'pid', 'exit']), index: dice.below(100) };
  },

  async inject({ plant, ledger }, { form, record, index }) {
    ledger.sample();
    const path = record === 'exit' ? exitOf(plant, index) : recordOf(plant, ledger, record, index);
    if (path === null) return null;
    const launch = ledger.launches.find(({ launch: id }) => path.includes(id));
    if (launch !== undefined) launch.isBlurred = true;
    renameSync(path, `${path}.kept`);
    IN_ITS_PLACE[form](path);
    const isSeen = form !== 'garbage' && ALWAYS_READ.includes(record);
    return {
      how: `${record}: ${form}`,
      sees: isSeen ? new RegExp(path.split('/').slice(-2).join('/')) : null,
      undo: async () => {
        if (!existsSync(`${path}.kept`)) return; // its launch has ended, and its folder was removed
        rmSync(path, { recursive: true, force: true });
        renameSync(`${path}.kept`, path);
      },
    };
  },
};

function recordOf({ stateDir }, ledger, record, index) {
  const paths = ledger
    .mains()
    .map(({ launch }) => join(stateDir, 'run', launch, record))
    .filter((path) => existsSync(path));
  return paths[index % paths.length] ?? null;
}

function exitOf({ stateDir }, index) {
  const names = readdirSync(join(stateDir, 'exits')).filter((name) => /^[0-9a-f]{32}$/.test(name));
  return names.length === 0 ? null : join(stateDir, 'exits', names[index % names.length]);
}
