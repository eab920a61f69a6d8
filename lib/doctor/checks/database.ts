import { canStoreIn } from '../../store/trial.ts';
import { fail, ok, type Check } from '../check.ts';

/** Whether SQLite can lock and write in the state folder, tested with a temporary file. */
export const database: Check = {
  id: 'database',
  title: 'Database',
  examine: async ({ stateFolder }) => {
    try {
      await canStoreIn(stateFolder);
      return ok(`SQLite can lock and write in "${stateFolder}".`);
    } catch (error) {
      return fail(
        `SQLite cannot work in "${stateFolder}": ${error instanceof Error ? error.message : String(error)}.`,
        'Check that this user may write there and that the disk is neither full nor mounted read-only, or use another --state-dir.',
      );
    }
  },
};
