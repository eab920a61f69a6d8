import type { KubernetesSettings } from '../../model/engine.ts';
import { type ClusterAccess } from './access.ts';
import { KubernetesClient } from './client.ts';
import { kubeconfigAccess, type KubeconfigChoice } from './kubeconfig.ts';
import { serviceAccountAccess } from './service-account.ts';

/** The access to use: inside of a cluster that of the pod, unless a kubeconfig is asked for. */
export async function clusterAccess(choice: KubeconfigChoice): Promise<ClusterAccess> {
  const isAskedFor = choice.file !== null || choice.context !== null || process.env['KUBECONFIG'] !== undefined;
  return (isAskedFor ? null : serviceAccountAccess()) ?? (await kubeconfigAccess(choice));
}

/** A client for the cluster that the settings, or the place of this host, name. */
export async function openClient({
  kubeconfig: file,
  context,
  requestsPerSecond: perSecond,
}: Pick<KubernetesSettings, 'kubeconfig' | 'context' | 'requestsPerSecond'>): Promise<KubernetesClient> {
  return new KubernetesClient({ access: await clusterAccess({ file, context }), perSecond });
}
