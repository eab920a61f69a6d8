import semver from 'semver';
import { fail, ok, type Check, type Finding } from '../check.ts';

/** As in `engines` in package.json. */
const REQUIRED = '>=20.19';

/** Checks a version of Node. */
export function judgeNode(version: string): Finding {
  if (semver.satisfies(version, REQUIRED)) return ok(`Node ${version}.`);
  return fail(`Node ${version} is too old; ${REQUIRED} is required.`, 'Install a newer Node and run the host with it.');
}

/** Whether this Node can run a host. */
export const nodeVersion: Check = {
  id: 'node_version',
  title: 'Node version',
  examine: () => judgeNode(process.versions.node),
};
