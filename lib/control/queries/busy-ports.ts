import type { Situation } from '../../model/explain/situation.ts';
import { portNamesOf } from '../../model/probe.ts';
import type { ServiceSpec } from '../../model/spec.ts';
import { portNamesIn, type Ports } from '../../model/values/port-token.ts';
import type { PortRegistry } from '../../ports/port-registry.ts';

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '::1', 'localhost', '0.0.0.0']);

/** A port that a service needs, and the sentence for the case that another program uses it. */
interface NeededPort {
  readonly port: number;
  readonly sentence: string;
}

/** The ports that a service without a process needs and another program uses, each as a sentence. */
export async function busyPorts(
  registry: Pick<PortRegistry, 'known' | 'isFree'>,
  { spec, launch, state }: Situation,
): Promise<readonly string[]> {
  if (launch !== null || state === 'stopped' || state === 'stopping') return [];
  const needed = [...ownPorts(spec, registry.known(spec.id)), ...probedPorts(spec)];
  const all = [...new Map(needed.map((one) => [one.port, one])).values()];
  const areFree = await Promise.all(all.map(({ port }) => registry.isFree(port)));
  return all.flatMap(({ sentence }, index) => (areFree[index] === false ? [sentence] : []));
}

function ownPorts({ args, env, cwd, probes }: ServiceSpec, known: Ports): readonly NeededPort[] {
  const names = new Set([...portNamesIn([args, env, cwd]), ...portNamesOf(probes)]);
  return [...names].flatMap((name) => {
    const port = known[name];
    if (port === undefined) return [];
    const sentence = `Another program listens on its port ${port} (${name}); it gets another one at its next launch.`;
    return [{ port, sentence }];
  });
}

function probedPorts({ probes }: ServiceSpec): readonly NeededPort[] {
  return Object.values(probes).flatMap((probe) => {
    const check = probe?.check;
    if (check === undefined || !('port' in check) || 'portName' in check || !LOOPBACK.has(check.host)) return [];
    return [{ port: check.port, sentence: `Another program listens on port ${check.port}, which its probes check.` }];
  });
}
