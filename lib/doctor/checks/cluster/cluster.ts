import { fail, ok, type Check } from '../../check.ts';
import { settingsIn, unreachable } from './ask-cluster.ts';

/** Whether the API server of the cluster answers. */
export const cluster: Check = {
  id: 'cluster',
  title: 'Cluster',
  engines: ['kubernetes'],
  examine: async (context) => {
    const settings = settingsIn(context);
    if (settings === null) {
      return fail(
        'The engine "kubernetes" was chosen, and the configuration does not say how.',
        'Add to coredinator.yaml: engine: { kubernetes: { image: IMAGE } }',
      );
    }
    const { ClusterQuestions } = await import('../../../kubernetes/doctor/cluster-questions.ts');
    try {
      const questions = await ClusterQuestions.open(settings);
      const from = performance.now();
      try {
        const version = await questions.version();
        const ms = Math.ceil(performance.now() - from);
        const { server, namespace } = questions;
        return ok(`Kubernetes ${version} at ${server} answers within ${ms} ms; namespace "${namespace}".`);
      } finally {
        questions.close();
      }
    } catch (error) {
      return unreachable(error);
    }
  },
};
