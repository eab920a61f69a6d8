import { ConfigInvalidError } from '../../model/errors.ts';
import { fail, ok, type Check } from '../check.ts';

/** Whether a host would accept its configuration. */
export const configuration: Check = {
  id: 'configuration',
  title: 'Configuration',
  examine: ({ config, basePath }) => {
    if (config instanceof ConfigInvalidError) {
      return fail(
        config.message,
        `Fix the file. \`coredinator config check --base-path "${basePath}"\` lists every problem.`,
      );
    }
    if (config instanceof Error)
      return fail(config.message, 'Check that the file exists and that this user may read it.');
    const { services } = config.effective;
    const what = services.size === 0 ? 'no host services' : `host services: ${[...services.keys()].join(', ')}`;
    return ok(`${config.file ?? 'The built-in configuration'} is valid; ${what}.`);
  },
};
