import { createInterface } from 'node:readline';

import { acquireHostLock, HostLockedError, type HostLock } from '../../../lib/store/host-lock.ts';

// A host that only holds the lock of the folder given as its argument. Prints {"ready":true}, then executes the
// lines `acquire` and `release`.

const [, , stateDir = ''] = process.argv;
let lock: HostLock | null = null;

async function acquire(): Promise<object> {
  try {
    lock = await acquireHostLock(stateDir, { pid: process.pid });
    return { isHeld: true };
  } catch (error) {
    if (!(error instanceof HostLockedError)) throw error;
    return { isHeld: false, holder: error.pid, message: error.message };
  }
}

async function release(): Promise<object> {
  await lock?.release();
  return { isHeld: false };
}

console.log('{"ready":true}');
for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await (line === 'acquire' ? acquire() : release())));
}
