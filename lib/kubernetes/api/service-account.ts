import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClusterAccess } from './access.ts';

/** Where Kubernetes mounts the service account of a pod. */
const FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount';

/** The access that Kubernetes gives to the pod of this host; null: the host does not run in a cluster. */
export function serviceAccountAccess(env: NodeJS.ProcessEnv = process.env, folder = FOLDER): ClusterAccess | null {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port = '443' } = env;
  if (host === undefined || !existsSync(join(folder, 'token'))) return null;
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8').trim();
  return {
    server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
    namespace: existsSync(join(folder, 'namespace')) ? read('namespace') : null,
    // Kubernetes replaces the files before they expire, so they are read again.
    credentials: () =>
      new Promise((resolve) => {
        resolve({ headers: { Authorization: `Bearer ${read('token')}` }, ca: read('ca.crt'), isVerified: true });
      }),
  };
}
