import {
  maskedConfiguration,
  revisionOfConfiguration,
  subjectOf,
  type AppliedConfiguration,
} from '../../model/configuration/applied.ts';
import type { Intention } from '../../model/intention.ts';
import type { Instant } from '../../model/values/time.ts';
import type { ConfigurationDraft } from '../../ports/actor-store.ts';
import type { CommandOrigin } from '../control.ts';
import type { Intentions } from '../intentions.ts';

/** A configuration as it is stored: with who applied it, and without secrets. */
export function configurationDraft(
  content: AppliedConfiguration,
  {
    at,
    origin,
    inherited,
  }: {
    readonly at: Instant;
    readonly origin: CommandOrigin;
    readonly inherited: Readonly<Record<string, string>>;
  },
): ConfigurationDraft {
  return {
    at,
    subject: subjectOf(content),
    revision: revisionOfConfiguration(content),
    actor: origin.source?.actor ?? null,
    correlationId: origin.correlationId,
    content: maskedConfiguration(content, inherited),
  };
}

/** The configuration that an intention applies; null: it applies none, or it is part of that of the host. */
export function configurationOf(intention: Intention): AppliedConfiguration | null {
  if ('plan' in intention) return intention.isDeleted === true ? null : { plan: intention.plan };
  return 'spec' in intention && intention.holder === 'io' ? { spec: intention.spec } : null;
}

/** The configurations of new intentions that differ from those before. */
export function configurationsIn(put: readonly Intention[], known: Intentions): readonly AppliedConfiguration[] {
  return put.flatMap((intention) => {
    const content = configurationOf(intention);
    const before = known.of(intention.subject);
    const former = before === undefined ? null : configurationOf(before);
    const isKnown = content !== null && former !== null && isEqual(content, former);
    return content === null || isKnown ? [] : [content];
  });
}

function isEqual(one: AppliedConfiguration, other: AppliedConfiguration): boolean {
  return revisionOfConfiguration(one) === revisionOfConfiguration(other);
}
