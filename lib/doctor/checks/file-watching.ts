import { watch } from 'node:fs';
import { ok, warn, type Check } from '../check.ts';

/** Whether exit records can be watched; otherwise the host only polls every 5 s. */
export const fileWatching: Check = {
  id: 'file_watching',
  title: 'File watching',
  engines: ['local'],
  examine: ({ stateFolder }) => {
    try {
      watch(stateFolder, { persistent: false }).close();
      return ok('Folders can be watched for exit records.');
    } catch (error) {
      return warn(
        `Folders cannot be watched (${error instanceof Error ? error.message : String(error)}), so exits are noticed late.`,
        'Raise the inotify limits: sysctl fs.inotify.max_user_instances=1024 fs.inotify.max_user_watches=65536.',
      );
    }
  },
};
