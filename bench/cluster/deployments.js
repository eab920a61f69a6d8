import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { KubernetesClient } from '../../lib/kubernetes/api/client.ts';
import { kubeconfigAccess } from '../../lib/kubernetes/api/kubeconfig.ts';
import { until } from './mains.js';

const run = promisify(execFile);
const NAME = 'corebench';
const COLLECTION = '/apis/apps/v1/namespaces/default/deployments';
const SELECTOR = { labelSelector: `app=${NAME}` };

/** A Deployment, scaled as `kubectl scale` does; its controller is that of the cluster. */
export class Deployments {
  #folder;
  #program;
  #client = null;

  constructor(folder, program) {
    this.#folder = folder;
    this.#program = program;
  }

  async open() {
    this.#client = new KubernetesClient({ access: await kubeconfigAccess({ file: null, context: null }) });
    const labels = { app: NAME };
    const container = {
      ...{ name: 'main', image: 'docker.io/local/base:1', command: [this.#program], imagePullPolicy: 'IfNotPresent' },
      volumeMounts: [{ name: 'programs', mountPath: this.#folder, readOnly: true }],
    };
    const volumes = [{ name: 'programs', hostPath: { path: this.#folder } }];
    const pod = { containers: [container], volumes, automountServiceAccountToken: false, enableServiceLinks: false };
    await this.#client.post(COLLECTION, {
      ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: NAME } },
      spec: { replicas: 0, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: pod } },
    });
  }

  async start(count) {
    await this.#client.patch(`${COLLECTION}/${NAME}/scale`, [{ op: 'replace', path: '/spec/replicas', value: count }]);
  }

  stop() {
    return this.start(0);
  }

  async known(count) {
    await until(async () => (await this.#client.get(`${COLLECTION}/${NAME}`)).status.readyReplicas === count);
  }

  async gone() {
    await until(async () => (await this.#client.get('/api/v1/namespaces/default/pods', SELECTOR)).items.length === 0);
  }

  async kill() {
    await run(process.env.CLUSTER_SCRIPT, ['controllers-kill']);
  }

  async revive() {
    await run(process.env.CLUSTER_SCRIPT, ['controllers-start']);
  }

  async close() {
    if (this.#client === null) return;
    await this.stop();
    await this.gone();
    await this.#client.delete(`${COLLECTION}/${NAME}`);
    this.#client.close();
  }
}
