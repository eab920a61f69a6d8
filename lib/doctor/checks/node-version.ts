import semver from 'semver';
import { fail, ok, type Check, type Finding } from '../check.ts';

/** As in the engines of package.json. */
const NEEDED = '>=20.19';

/** Judges a version of Node. */
export function judgeNode(version: string): Finding {
  if (semver.satisfies(version, NEEDED)) return ok(`Node ${version}.`);
  return fail(`Node ${version} is too old; ${NEEDED} is needed.`, 'Install a newer Node, and run the host with that.');
}

/** Whether this Node runs a host. */
export const nodeVersion: Check = {
  id: 'node_version',
  title: 'Node version',
  examine: () => judgeNode(process.versions.node),
};
