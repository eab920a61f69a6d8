import { readFile } from 'node:fs/promises';
import { transient } from '../../launching/transient-failure.ts';
import type { LaunchFailure } from '../../model/process.ts';
import { systemCodeOf } from '../../model/system-error.ts';
import type { LaunchRequest } from '../../ports/process-host.ts';
import { isOnVolume, type ConfigFile, type PodDefaults } from '../pods/pod-parts.ts';

/** What fits into a permit, together with the environment. */
const MAX_BYTES = 768 * 1024;

/** The file of the agent for the pod; null: it has none, or a volume has it. */
export async function configFileOf(
  { serviceId, configPath = null, pod = null }: LaunchRequest,
  defaults: PodDefaults,
): Promise<{ readonly file: ConfigFile | null } | { readonly failure: LaunchFailure }> {
  if (configPath === null || isOnVolume(configPath, pod, defaults)) return { file: null };
  const cannot = `Service "${serviceId}" cannot be launched: its configuration "${configPath}"`;
  try {
    const content = await readFile(configPath);
    if (content.length <= MAX_BYTES) return { file: { path: configPath, content } };
    const message = `${cannot} has ${content.length} bytes, and a pod can be given 768 KiB. Put it on a volume.`;
    return { failure: { code: 'EFBIG', isPermanent: true, message } };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { failure: transient(systemCodeOf(error) || 'EIO', `${cannot} cannot be read: ${reason}`) };
  }
}
