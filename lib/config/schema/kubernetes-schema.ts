import { z } from 'zod';
import { duration, textTemplate } from './shared-schemas.ts';

const objectName = z
  .string()
  .regex(/^[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?$/, { error: 'must be the name of a Kubernetes object' });
const absolutePath = z.string().regex(/^\/[^\0]*$/, { error: 'must be an absolute path' });

/** Files that pods see at the same path as the host. */
const volume = z
  .strictObject({
    path: absolutePath.describe('Where the host and the pods see the files.'),
    claim: objectName.describe('The PersistentVolumeClaim with the files.').optional(),
    host_path: absolutePath.describe('The folder of each node with the files.').optional(),
    read_only: z.boolean().describe('Whether pods may only read. Default: true.').optional(),
  })
  .refine(({ claim, host_path }) => (claim === undefined) !== (host_path === undefined), {
    error: 'must have either claim or host_path',
  });

/** The engine that runs services in a Kubernetes cluster. */
export const kubernetesSchema = z.strictObject({
  image: z
    .string()
    .min(1, { error: 'must not be empty' })
    .describe('The image whose files the programs of services use; the programs themselves are on a volume.'),
  namespace: objectName.describe('The namespace of the pods. Default: that of the context, or default.').optional(),
  context: z.string().describe('The context of the kubeconfig. Default: its current one.').optional(),
  kubeconfig: textTemplate('the path of a kubeconfig')
    .describe('The kubeconfig. Default: as kubectl finds it; in a cluster the service account of the host.')
    .optional(),
  volumes: z.array(volume).describe('Volumes with executables and other files. Default: none.').optional(),
  node_selector: z
    .record(z.string(), z.string())
    .describe('Labels of the nodes that services may run on. Default: any node.')
    .optional(),
  node_lost: z
    .enum(['wait'])
    .describe(
      'What happens to the services of a node that does not answer: wait, they are not launched elsewhere. Default: wait.',
    )
    .optional(),
  launch_timeout: duration.describe('How long a pod may take until its program runs. Default: 5m.').optional(),
  service_account: objectName.describe('The service account of the pods. Default: none.').optional(),
});
