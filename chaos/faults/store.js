import {
  copyFileSync,
  existsSync,
  openSync,
  closeSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { pause } from '../patience.js';
import { putBack, takeAway } from './away.js';

const FILES = ['coredinator.db', 'coredinator.db-wal', 'coredinator.db-shm'];
const [DATABASE, LOG] = FILES;
/** The intentions are copied within a second after a change; a machine that is busy needs longer. */
const COPIED_MS = 3_000;
const OVERWRITTEN = /database ".*" (was overwritten|can no longer be read|was replaced)/;

const FORMS = {
  'database renamed away and back': {
    sees: /database ".*" was removed, renamed/,
    harm: away(DATABASE),
    mend: back(DATABASE),
  },
  'log renamed away and back': { sees: /write-ahead log ".*" was removed, renamed/, harm: away(LOG), mend: back(LOG) },
  'log removed': { sees: /write-ahead log ".*" was removed/, harm: remove(LOG) },
  'database removed': { sees: /database ".*" was removed/, harm: remove(...FILES) },
  'database truncated': { sees: /database ".*" was truncated/, harm: truncate },
  'database overwritten': { sees: OVERWRITTEN, harm: overwrite },
  'older copy put over it': { sees: /database ".*" was replaced/, harm: putOlder },
  'database removed without a host': { isDead: true, harm: remove(...FILES) },
  'older copy put there without a host': { isDead: true, harm: putOlder },
};

/**
 * The database or its log is taken away, damaged or replaced. What was renamed is put back; otherwise the host is
 * restarted, as its health check says, and the notices of the next one are acknowledged.
 */
export const store = {
  name: 'store',
  missing: () => null,

  draw(dice) {
    const form = dice.pick(Object.keys(FORMS));
    return { moment: FORMS[form].isDead ? 'dead' : 'alive', form, share: dice.below(100) / 100 };
  },

  async inject(world, { form, share }) {
    const { harm, mend, sees = null } = FORMS[form];
    const { plant, host } = world;
    if (mend === undefined && host !== null) await pause(COPIED_MS);
    if (!harm(plant, share)) return null;
    if (mend === undefined) world.storeLost();
    return {
      how: form,
      ...{ sees, refuses: mend !== undefined },
      undo: async () => {
        if (mend !== undefined) {
          mend(plant);
          return;
        }
        // What is overwritten in place is only found by the next full check.
        if (form === 'database overwritten') world.storeLost();
        if (host !== null) await world.restart();
        await world.acknowledge();
      },
    };
  },
};

/** Keeps a copy of the database of a dead host, to be put over a newer one later. */
export function keepCopy({ stateDir, folder }) {
  for (const name of FILES) {
    const copy = join(folder, `old-${name}`);
    rmSync(copy, { force: true });
    if (existsSync(join(stateDir, name))) copyFileSync(join(stateDir, name), copy);
  }
}

function away(name) {
  return ({ stateDir }) => {
    if (!existsSync(join(stateDir, name))) return false;
    takeAway(join(stateDir, name));
    return true;
  };
}

function back(name) {
  return ({ stateDir }) => {
    putBack(join(stateDir, name));
  };
}

function remove(...names) {
  return ({ stateDir }) => {
    const isThere = existsSync(join(stateDir, names[0]));
    for (const name of names) rmSync(join(stateDir, name), { force: true });
    return isThere;
  };
}

function truncate({ stateDir }, share) {
  const file = join(stateDir, DATABASE);
  const { size } = statSync(file);
  if (size < 2) return false;
  truncateSync(file, Math.floor(size * share));
  return true;
}

function overwrite({ stateDir }, share) {
  const file = join(stateDir, DATABASE);
  const { size } = statSync(file);
  const fd = openSync(file, 'r+');
  const junk = Buffer.alloc(4_096, 'this is no database ');
  const from = Math.floor((size / junk.length) * share) * junk.length;
  for (let at = 0; at < size; at += junk.length) if (at === 0 || at >= from) writeSync(fd, junk, 0, junk.length, at);
  closeSync(fd);
  return size > 0;
}

function putOlder({ stateDir, folder }) {
  if (!existsSync(join(folder, `old-${DATABASE}`))) return false;
  for (const name of FILES) {
    const old = join(folder, `old-${name}`);
    const draft = join(stateDir, `${name}.put`);
    rmSync(join(stateDir, name), { force: true });
    if (!existsSync(old)) continue;
    copyFileSync(old, draft);
    renameSync(draft, join(stateDir, name));
  }
  return true;
}
