import { fail, ok, warn, type Check } from '../../check.ts';
import { askCluster } from './ask-cluster.ts';

/** Whether pods as configured would be created, and have their volumes. */
export const clusterPods: Check = {
  id: 'cluster_pods',
  title: 'Pods in the cluster',
  engines: ['kubernetes'],
  examine: (context) =>
    askCluster(context, async (cluster, settings) => {
      const objection = await cluster.objection(settings);
      if (objection !== null) {
        return fail(`A pod as configured would be refused: ${objection}.`, 'Correct engine.kubernetes, or the policy.');
      }
      const names = settings.volumes.flatMap(({ source }) => (source.type === 'claim' ? [source.name] : []));
      const claims = await Promise.all(names.map(async (name) => ({ name, state: await cluster.claim(name) })));
      const missing = claims.filter(({ state }) => state === 'missing').map(({ name }) => `"${name}"`);
      const inNamespace = `in namespace "${cluster.namespace}"`;
      if (missing.length > 0) {
        return fail(`There is no PersistentVolumeClaim ${missing.join(', ')} ${inNamespace}.`, 'Create it there.');
      }
      if (settings.volumes.length === 0) {
        return warn(
          'There are no volumes, so pods see only the files of their image, and executables are searched on this machine.',
          'Put the executables on a volume: engine.kubernetes.volumes, at the path that this host sees.',
        );
      }
      const unknown = claims.some(({ state }) => state === 'unknown') ? ' This user may not see the claims.' : '';
      return ok(
        `A pod with the image "${settings.image}" would be accepted. Whether nodes can pull it is known once one runs.${unknown}`,
      );
    }),
};
