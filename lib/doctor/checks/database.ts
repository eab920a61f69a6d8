import { canStoreIn } from '../../store/trial.ts';
import { fail, ok, type Check } from '../check.ts';

/** Whether SQLite can lock and write there, tried on a file of its own that is removed again. */
export const database: Check = {
  id: 'database',
  title: 'Database',
  examine: async ({ stateFolder }) => {
    try {
      await canStoreIn(stateFolder);
      return ok(`SQLite locks and writes in "${stateFolder}".`);
    } catch (error) {
      return fail(
        `SQLite cannot work in "${stateFolder}": ${error instanceof Error ? error.message : String(error)}.`,
        'See that this user may write there, that the disk is not full or mounted read-only, or give another --state-dir.',
      );
    }
  },
};
