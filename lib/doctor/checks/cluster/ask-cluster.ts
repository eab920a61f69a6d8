import type { ClusterQuestions } from '../../../kubernetes/doctor/cluster-questions.ts';
import type { KubernetesSettings } from '../../../model/engine.ts';
import { fail, sentence, skipped, type CheckContext, type Finding } from '../../check.ts';

/** The settings of the engine; null: the configuration has none, or is invalid. */
export function settingsIn({ config }: CheckContext): KubernetesSettings | null {
  if (config instanceof Error) return null;
  const { engine } = config.effective;
  return engine.type === 'kubernetes' ? engine.kubernetes : null;
}

/** Asks the cluster; a check that needs one that answers is skipped without it, since the first check says why. */
export async function askCluster(
  context: CheckContext,
  ask: (cluster: ClusterQuestions, settings: KubernetesSettings) => Promise<Finding>,
): Promise<Finding> {
  const settings = settingsIn(context);
  if (settings === null) return skipped('Not checked, because the configuration does not say how to reach a cluster.');
  const { ClusterQuestions: Questions } = await import('../../../kubernetes/doctor/cluster-questions.ts');
  let cluster: ClusterQuestions | null = null;
  try {
    cluster = await Questions.open(settings);
    return await ask(cluster, settings);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return skipped(sentence(`Not checked, because the cluster does not answer it: ${reason}`));
  } finally {
    cluster?.close();
  }
}

/** The remedy for what a host may not do. */
export const RBAC = 'Give the user of the host the Role in docs/kubernetes.md: kubectl apply -f role.yaml';

/** The first check: a cluster that cannot be reached has failed it. */
export function unreachable(error: unknown): Finding {
  const reason = error instanceof Error ? error.message : String(error);
  return fail(
    sentence(`The cluster cannot be reached: ${reason}`),
    'Check engine.kubernetes.kubeconfig and context in coredinator.yaml with: kubectl --context CONTEXT version',
  );
}
