import { fail, ok, warn, type Check } from '../../check.ts';
import { askCluster, RBAC } from './ask-cluster.ts';

/** Whether the user of the host may do there what a host does. */
export const clusterRights: Check = {
  id: 'cluster_rights',
  title: 'Rights in the cluster',
  engines: ['kubernetes'],
  examine: (context) =>
    askCluster(context, async (cluster) => {
      const { RIGHTS } = await import('../../../kubernetes/doctor/cluster-questions.ts');
      const asked = await Promise.all(RIGHTS.map(async (right) => ({ ...right, isGiven: await cluster.may(right) })));
      const missing = asked.filter(({ isGiven }) => !isGiven);
      if (missing.length === 0) return ok(`All ${RIGHTS.length} rights that a host uses are given.`);
      const sentences = missing.map(({ verb, resource, without }) => {
        const what = `May not ${verb} ${resource}`;
        return without === null ? `${what}.` : `${what}: ${without}.`;
      });
      const detail = sentences.join(' ');
      return missing.some(({ without }) => without === null) ? fail(detail, RBAC) : warn(detail, RBAC);
    }),
};
