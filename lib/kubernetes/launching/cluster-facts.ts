import { hasStatus } from '../api/api-error.ts';
import type { KubernetesClient } from '../api/client.ts';
import type { ApiObject } from '../api/objects.ts';
import type { NewObject } from '../pods/pod-parts.ts';
import { isExisting } from '../pods/pod-calls.ts';
import type { Attempts } from './attempts.ts';

/** What a host has to know of a cluster, and to put into it, before its first launch. */
export class ClusterFacts {
  readonly #client: KubernetesClient;
  readonly #namespace: string;
  readonly #shim: NewObject;
  readonly #attempts: Attempts;
  #known: { readonly bootId: string; readonly mayReadNodes: boolean } | null = null;
  #asked: Promise<void> | null = null;
  #problem: string | null = null;

  constructor(parts: {
    readonly client: KubernetesClient;
    readonly namespace: string;
    readonly shim: NewObject;
    readonly attempts: Attempts;
  }) {
    this.#client = parts.client;
    this.#namespace = parts.namespace;
    this.#shim = parts.shim;
    this.#attempts = parts.attempts;
  }

  get isKnown(): boolean {
    return this.#known !== null;
  }

  /** Why nothing can be launched in the cluster although it answers; null: nothing is known against it. */
  get problem(): string | null {
    return this.#problem;
  }

  /** What launches do not outlive: the namespace. Empty before it is known. */
  get bootId(): string {
    return this.#known?.bootId ?? '';
  }

  get mayReadNodes(): boolean {
    return this.#known?.mayReadNodes ?? false;
  }

  /** Resolves when the facts are known and the shim is in the cluster; tries again after a refusal. Rejects with Closed. */
  async learn(): Promise<void> {
    if (this.#known !== null) return;
    this.#asked ??= this.#learn().finally(() => (this.#asked = null));
    await this.#asked;
  }

  async #learn(): Promise<void> {
    for (;;) {
      try {
        await this.#attempts.untilAnswered(() => this.#ask());
        this.#problem = null;
        return;
      } catch (error) {
        if (error instanceof Error && error.name === 'Closed') throw error;
        const reason = error instanceof Error ? error.message : String(error);
        this.#problem = `Services cannot be launched in namespace "${this.#namespace}": ${reason}. See docs/kubernetes.md for the rights that a host needs.`;
        await this.#attempts.turn(5_000);
      }
    }
  }

  async #ask(): Promise<void> {
    await this.#putShim();
    const bootId = await this.#namespaceId();
    const mayReadNodes = await this.#isAllowed(() => this.#client.get('/api/v1/nodes', { limit: 1 }));
    this.#known = { bootId, mayReadNodes };
  }

  async #putShim(): Promise<void> {
    try {
      await this.#client.post(`/api/v1/namespaces/${this.#namespace}/configmaps`, this.#shim);
    } catch (error) {
      if (!isExisting(error)) throw error;
    }
  }

  /** Its uid, or without the right to read it its name. */
  async #namespaceId(): Promise<string> {
    try {
      const { metadata } = await this.#client.get<ApiObject>(`/api/v1/namespaces/${this.#namespace}`);
      return metadata.uid ?? this.#namespace;
    } catch (error) {
      if (!hasStatus(error, 403)) throw error;
      return this.#namespace;
    }
  }

  async #isAllowed(call: () => Promise<unknown>): Promise<boolean> {
    try {
      await call();
      return true;
    } catch (error) {
      if (!hasStatus(error, 403)) throw error;
      return false;
    }
  }
}
