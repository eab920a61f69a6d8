import { accountLine, kindAccounts } from '../../config/kind-accounts.ts';
import { systemAccounts } from '../../process/os/accounts.ts';
import { bestShimKind } from '../../process/launch/shim-kind.ts';
import { fail, ok, sentence, skipped, type Check } from '../check.ts';

const REFUSED =
  'Create the user or the group, correct the name in the configuration, or run the host as root. Until then the services that need it do not start.';
const NO_SHIM =
  'Install a C compiler and build the native shim with `npm rebuild coredinator`, or remove `user` and `group`.';

/** Whether services can run as the users and groups that the configuration names. */
export const accounts: Check = {
  id: 'accounts',
  title: 'Users of services',
  engines: ['local'],
  examine: async ({ config }) => {
    if (config instanceof Error) return skipped('Not checked, because the configuration is invalid.');
    const all = await kindAccounts(config.effective, systemAccounts());
    if (all.length === 0) return ok('All services run as the user of the host.');
    if (bestShimKind() !== 'native')
      return fail('Without the native shim no service can run as another user.', NO_SHIM);
    const refused = all.filter(({ choice }) => choice.type === 'refused');
    const detail = (refused.length > 0 ? refused : all).map(accountLine).map(sentence).join(' ');
    return refused.length > 0 ? fail(detail, REFUSED) : ok(detail);
  },
};
