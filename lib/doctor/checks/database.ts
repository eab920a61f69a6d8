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
        'Check that this user may write there and that the disk is neither full nor mounted read-only, or give another --state-dir.',
      );
    }
  },
};
