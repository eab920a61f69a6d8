import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { KubernetesClient } from '../../lib/kubernetes/api/client.ts';
import { kubeconfigAccess } from '../../lib/kubernetes/api/kubeconfig.ts';

const PERMIT = /^launch-/;

/** The namespace of the services of one run. */
export class Namespace {
  #client;
  name;

  constructor(client, name) {
    this.#client = client;
    this.name = name;
  }

  /** Makes it in the cluster of the kubeconfig. */
  static async make(name) {
    const client = new KubernetesClient({ access: await kubeconfigAccess({ file: null, context: null }) });
    await client.post('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    return new Namespace(client, name);
  }

  async #items(kind) {
    return (await this.#client.get(`/api/v1/namespaces/${this.name}/${kind}`)).items ?? [];
  }

  /** The pods and permits that are there, by name. */
  async left() {
    const [pods, secrets] = [await this.#items('pods'), await this.#items('secrets')];
    const permits = secrets.filter(({ metadata }) => PERMIT.test(metadata.name));
    return [...pods.map(({ metadata }) => `pod ${metadata.name}`), ...permits.map(({ metadata }) => metadata.name)];
  }

  /** Keeps what the API says of everything in it, for who looks for the cause of a loss. */
  async dump(folder) {
    for (const kind of ['pods', 'events']) {
      const items = await this.#items(kind).catch((error) => [String(error)]);
      writeFileSync(join(folder, `${kind}.json`), `${JSON.stringify(items, null, 2)}\n`);
    }
  }

  /** Removes it, with what a run that ended early has left in it. */
  async remove() {
    for (const { metadata } of await this.#items('pods')) {
      const path = `/api/v1/namespaces/${this.name}/pods/${metadata.name}`;
      if (metadata.finalizers !== undefined)
        await this.#client.patch(path, [{ op: 'remove', path: '/metadata/finalizers' }]).catch(() => undefined);
      await this.#client.delete(path, { gracePeriodSeconds: 0 }).catch(() => undefined);
    }
    await this.#client.delete(`/api/v1/namespaces/${this.name}`);
    this.#client.close();
  }
}
