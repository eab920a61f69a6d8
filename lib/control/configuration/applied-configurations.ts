import { revisionOfConfiguration, subjectOf, type AppliedConfiguration } from '../../model/configuration/applied.ts';
import { HostClosingError } from '../../model/errors.ts';
import type { SpecSource } from '../../ports/spec-source.ts';
import type { CommandOrigin } from '../control.ts';
import type { Runtime } from '../runtime.ts';
import { configurationDraft, configurationOf } from './configuration-draft.ts';

/** The key that serializes what changes the configuration of the host; no id has a colon. */
export const RELOAD_KEY = 'config:reload';

/** How many configurations are compared before other work gets its turn. */
const IN_ONE_TURN = 25;

/** The configuration of the host. */
async function hostConfiguration(specs: SpecSource): Promise<AppliedConfiguration> {
  const services = (await specs.hostServices()).map(({ spec }) => spec);
  return { document: specs.document(), services };
}

/**
 * Stores the configurations in effect that are not stored yet: that of the host, whose file may have changed since the
 * last host, and those that an earlier version applied. In the background, because nothing waits for it.
 */
export function recordConfigurations(runtime: Runtime, origin: CommandOrigin): void {
  storeMissing(runtime, origin).catch((error: unknown) => {
    if (error instanceof HostClosingError) return; // the next host does it
    runtime.ports.log.warn({ err: error }, 'the configuration in effect could not be added to its revisions');
  });
}

async function storeMissing(runtime: Runtime, origin: CommandOrigin): Promise<void> {
  const { commandLog, configuration, intentions, ports } = runtime;
  const stored = await ports.configurations.current();
  const isStored = (content: AppliedConfiguration): boolean =>
    stored.get(subjectOf(content)) === revisionOfConfiguration(content);
  await commandLog.run([RELOAD_KEY], async () => {
    const host = await hostConfiguration(configuration.specs);
    if (!isStored(host)) await store(runtime, host, origin);
  });
  for (const [index, { subject }] of intentions.all().entries()) {
    if (index % IN_ONE_TURN === IN_ONE_TURN - 1) await new Promise((resolve) => setImmediate(resolve));
    const known = intentions.of(subject);
    const content = known === undefined ? null : configurationOf(known);
    if (content !== null && !isStored(content)) await storeUnlessChanged(runtime, subject, origin);
  }
}

/** A command for the subject may be storing a newer configuration: it comes first. */
async function storeUnlessChanged(runtime: Runtime, subject: string, origin: CommandOrigin): Promise<void> {
  const { commandLog, intentions } = runtime;
  await commandLog.run([subject.slice(subject.indexOf(':') + 1)], async () => {
    const intention = intentions.of(subject);
    const content = intention === undefined ? null : configurationOf(intention);
    if (content !== null) await store(runtime, content, origin);
  });
}

async function store({ ports }: Runtime, content: AppliedConfiguration, origin: CommandOrigin): Promise<void> {
  const draft = configurationDraft(content, { at: ports.clock.now(), origin, inherited: ports.inherited ?? {} });
  await ports.store.commitIntentions({ put: [], drop: [], journal: [], configurations: [draft] });
}
