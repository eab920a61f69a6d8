import { z } from 'zod';
import { REQUESTS_PER_SECOND } from '../../model/engine.ts';
import type { KubernetesSettings, PodResources, PodSpec, VolumeSpec } from '../../model/engine.ts';
import { duration, size, textTemplate } from './shared-schemas.ts';

/** The default of `launch_timeout`. */
const LAUNCH_TIMEOUT_MS = 300_000;
const MAX_REQUESTS_PER_SECOND = 1_000;
const MAX_CPUS = 10_000;
const CPU = /^(\d{1,5})(?:\.(\d{1,3}))?$/;
const MILLI_CPU = /^(\d{1,8})m$/;

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

const image = z
  .string()
  .regex(/^\S+$/, { error: 'must be the reference of an image such as debian:12, without spaces' })
  .describe('The image whose files the programs of services use; the programs themselves are on a volume.');

/** Settings that a kind can have in place of those of the engine. */
const perKind = {
  volumes: z.array(volume).describe('Volumes with executables and other files. Default: none.').optional(),
  node_selector: z
    .record(z.string(), z.string())
    .describe('Labels of the nodes that services may run on. Default: any node.')
    .optional(),
  service_account: objectName.describe('The service account of the pods. Default: none.').optional(),
};

/** Processors, as thousandths of one. */
const cpu = z
  .union([z.string(), z.number()], { error: 'must be a number of processors such as 0.5, or 250m' })
  .transform((value, context): number => {
    const millis = cpuMillisOf(String(value));
    if (millis > 0 && millis <= MAX_CPUS * 1_000) return millis;
    context.addIssue({ code: 'custom', message: 'must be a number of processors such as 0.5, or 250m' });
    return z.NEVER;
  });
const resources = z.strictObject({
  cpu: cpu.describe('Processors, such as 0.5 or 250m.').optional(),
  memory: size
    .refine((bytes) => bytes > 0, { error: 'must be more than 0B' })
    .describe('Memory, such as 512MiB.')
    .optional(),
});

/** What the pods of one kind have; each key replaces that of the engine. */
export const podSchema = z.strictObject({
  image: image.optional(),
  ...perKind,
  requests: resources.describe('What a node must have free for a pod. Default: nothing.').optional(),
  limits: resources.describe('What a pod cannot exceed. Default: no limit.').optional(),
});

/** The engine that runs services in a Kubernetes cluster. */
export const kubernetesSchema = z.strictObject({
  image,
  namespace: objectName.describe('The namespace of the pods. Default: that of the context, or default.').optional(),
  context: z.string().describe('The context of the kubeconfig. Default: its current one.').optional(),
  kubeconfig: textTemplate('the path of a kubeconfig')
    .describe('The kubeconfig. Default: as kubectl finds it; in a cluster the service account of the host.')
    .optional(),
  ...perKind,
  node_lost: z
    .enum(['wait'])
    .describe(
      'What happens to the services of a node that does not answer: wait, they are not launched elsewhere. Default: wait.',
    )
    .optional(),
  launch_timeout: duration.describe('How long a pod may take until its program runs. Default: 5m.').optional(),
  requests_per_second: z
    .int()
    .min(1)
    .max(MAX_REQUESTS_PER_SECOND)
    .describe('How many requests a second the API server gets in the long run; twice as many at once. Default: 20.')
    .optional(),
});

function cpuMillisOf(text: string): number {
  const millis = MILLI_CPU.exec(text)?.[1];
  if (millis !== undefined) return Number(millis);
  const [, whole, fraction = ''] = CPU.exec(text) ?? [];
  return whole === undefined ? 0 : Number(whole) * 1_000 + Number(fraction.padEnd(3, '0'));
}

function volumeSpec({
  path,
  claim,
  host_path: folder,
  read_only: isReadOnly = true,
}: z.output<typeof volume>): VolumeSpec {
  const source =
    claim === undefined
      ? ({ type: 'host_path', path: folder ?? path } as const)
      : ({ type: 'claim', name: claim } as const);
  return { path, isReadOnly, source };
}

function resourcesSpec({ cpu: cpuMillis, memory }: z.output<typeof resources> = {}): PodResources {
  return { cpuMillis: cpuMillis ?? null, memoryBytes: memory ?? null };
}

/** The pods of a service. */
export function podSpec(pod: z.output<typeof podSchema>): PodSpec {
  return {
    image: pod.image ?? null,
    volumes: pod.volumes?.map(volumeSpec) ?? null,
    nodeSelector: pod.node_selector ?? null,
    serviceAccount: pod.service_account ?? null,
    requests: resourcesSpec(pod.requests),
    limits: resourcesSpec(pod.limits),
  };
}

/** The settings of the engine. */
export function kubernetesSettings(given: z.output<typeof kubernetesSchema>): KubernetesSettings {
  const { image: reference, namespace, context, kubeconfig, volumes, node_selector, service_account } = given;
  return {
    image: reference,
    namespace: namespace ?? null,
    context: context ?? null,
    kubeconfig: kubeconfig ?? null,
    volumes: (volumes ?? []).map(volumeSpec),
    nodeSelector: node_selector ?? {},
    serviceAccount: service_account ?? null,
    launchTimeoutMs: given.launch_timeout ?? LAUNCH_TIMEOUT_MS,
    requestsPerSecond: given.requests_per_second ?? REQUESTS_PER_SECOND,
  };
}
