import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { KubeConfig } from '@kubernetes/client-node';
import { ConfigInvalidError } from '../../model/errors.ts';
import type { ClusterAccess, Credentials } from './access.ts';

const PACKAGE = '@kubernetes/client-node';

/** Which kubeconfig to use. */
export interface KubeconfigChoice {
  /** Null: the files in KUBECONFIG, else `.kube/config` of the user. */
  readonly file: string | null;
  /** Null: its current context. */
  readonly context: string | null;
}

/** The access that a kubeconfig describes. Rejects with what is missing and what to do. */
export async function kubeconfigAccess({ file, context }: KubeconfigChoice): Promise<ClusterAccess> {
  if (file === null) assertThereIsOne();
  const config = await loadedKubeconfig();
  if (file === null) config.loadFromDefault();
  else config.loadFromFile(file);
  if (context !== null) config.setCurrentContext(context);
  const name = config.getCurrentContext();
  const cluster = config.getCurrentCluster();
  if (cluster === null) {
    const known = config.getContexts().map((one) => `"${one.name}"`);
    const others = known.length === 0 ? 'It has none.' : `It has ${known.join(', ')}.`;
    throw new ConfigInvalidError(`The kubeconfig has no cluster for the context "${name}". ${others}`, []);
  }
  if (cluster.proxyUrl !== undefined) {
    throw new ConfigInvalidError(
      `The cluster "${cluster.name}" in the kubeconfig has a proxy-url, which is not supported. Make its API server reachable without a proxy.`,
      [],
    );
  }
  return {
    server: cluster.server.replace(/\/+$/, ''),
    namespace: config.getContextObject(name)?.namespace ?? null,
    credentials: () => credentialsOf(config),
  };
}

/** Without one the official client assumes a cluster at http://localhost:8080. */
function assertThereIsOne(): void {
  const standard = join(homedir(), '.kube/config');
  if ((process.env['KUBECONFIG'] ?? '') !== '' || existsSync(standard)) return;
  throw new ConfigInvalidError(
    `There is no kubeconfig: KUBECONFIG is not set, and "${standard}" does not exist. Set engine.kubernetes.kubeconfig in coredinator.yaml to the path of one.`,
    [],
  );
}

/** The official client is loaded for this alone: it knows everything that a kubeconfig can contain. */
async function loadedKubeconfig(): Promise<KubeConfig> {
  try {
    const { KubeConfig: Loaded } = await import('@kubernetes/client-node');
    return new Loaded();
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND';
    if (!isMissing) throw error;
    const reason = `A kubeconfig is read by the package ${PACKAGE}, which is not installed.`;
    throw new ConfigInvalidError(`${reason} Install it next to Coredinator: npm install ${PACKAGE}`, [], {
      cause: error,
    });
  }
}

async function credentialsOf(config: KubeConfig): Promise<Credentials> {
  const options: Parameters<KubeConfig['applyToHTTPSOptions']>[0] & Record<string, unknown> = {};
  await config.applyToHTTPSOptions(options);
  const headers: Record<string, string> = {};
  for (const [header, value] of Object.entries((options.headers ?? {}) as Record<string, unknown>)) {
    if (typeof value === 'string') headers[header] = value;
  }
  if (typeof options.auth === 'string') {
    headers['Authorization'] = `Basic ${Buffer.from(options.auth).toString('base64')}`;
  }
  // A plain https.Agent was made for the options; ours keeps its connections.
  const { ca, cert, key, passphrase, rejectUnauthorized, servername } = options as Partial<
    Record<'ca' | 'cert' | 'key' | 'passphrase' | 'servername', string>
  > & { readonly rejectUnauthorized?: boolean };
  return {
    headers,
    isVerified: rejectUnauthorized !== false,
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(servername === undefined ? {} : { serverName: servername }),
  };
}
