import type { Clock } from '../../ports/clock.ts';
import type { Doubt } from '../../model/process.ts';
import type { ClusterNode, Pod } from '../api/objects.ts';
import type { Reflector } from '../watch/reflector.ts';

/** An administrator has confirmed with this taint that the node is off. */
const OUT_OF_SERVICE = 'node.kubernetes.io/out-of-service';

/** What is known of the nodes; a host may lack the right to read them. */
export class Nodes {
  readonly #reflector: Reflector<ClusterNode> | null;
  readonly #clock: Clock;

  /** Null: this host may not read nodes. */
  constructor(reflector: Reflector<ClusterNode> | null, clock: Clock) {
    this.#reflector = reflector;
    this.#clock = clock;
  }

  /** Why it is not known whether the program of a pod lives; null: it is known. */
  doubtOf(pod: Pod): Doubt | null {
    const { nodeName } = pod.spec ?? {};
    if (nodeName === undefined) return null;
    const node = this.#reflector?.get(nodeName) ?? null;
    if (node !== null) return this.#doubtOfNode(node);
    // Without the right to read nodes: the node controller marks the pods of a node that does not answer.
    const ready = pod.status?.conditions?.find(({ type }) => type === 'Ready');
    if (ready?.status !== 'False') return null;
    return { since: this.#since(ready.lastTransitionTime), reason: `${nodeName} does not answer` };
  }

  #doubtOfNode({ metadata, status }: ClusterNode): Doubt | null {
    const ready = status?.conditions?.find(({ type }) => type === 'Ready');
    if (ready === undefined || ready.status === 'True') return null;
    return { since: this.#since(ready.lastTransitionTime), reason: `node ${metadata.name} is not ready` };
  }

  #since(text: string | null | undefined): number {
    const instant = Date.parse(text ?? '');
    return Number.isNaN(instant) ? this.#clock.now() : Math.min(instant, this.#clock.now());
  }

  /** Why nothing can run on the node of a pod any longer, as a clause; null: that is not known. */
  lossOf(pod: Pod): string | null {
    const { nodeName } = pod.spec ?? {};
    if (nodeName === undefined || this.#reflector?.isSynced !== true) return null;
    const node = this.#reflector.get(nodeName);
    if (node === null) return `its node ${nodeName} was removed from the cluster`;
    const isOff = node.spec?.taints?.some(({ key }) => key === OUT_OF_SERVICE) === true;
    return isOff ? `its node ${nodeName} is out of service` : null;
  }

  /** Nodes that are not ready, as sentences. */
  problems(): readonly string[] {
    return (this.#reflector?.all() ?? []).flatMap((node) => {
      const doubt = this.#doubtOfNode(node);
      if (doubt === null) return [];
      const name = node.metadata.name;
      return [
        `Node ${name} is not ready, so it is not known whether its services are running. Repair it, or delete its Node object once it is certainly off.`,
      ];
    });
  }
}
