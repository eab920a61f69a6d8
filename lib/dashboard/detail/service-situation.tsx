import type { ReactNode } from 'react';
import type { ServiceView } from '../../api/schemas/service.ts';
import { Acknowledgement } from '../command/acknowledge.tsx';
import { duration, localInstant, localSentence } from '../words/time.ts';
import { useNow } from '../words/use-now.ts';

/** What the current deadline of a service is for, and how long it is until then; nothing if there is none. */
export function NextDeadline({ next }: Pick<ServiceView, 'next'>): ReactNode {
  const now = useNow(next !== null);
  if (next === null) return null;
  const inMs = Date.parse(next.at) - now;
  return (
    <p>
      Next: <b>{next.what}</b> at {localInstant(next.at, now)}
      {inMs > 0 ? `, in ${duration(inMs)}` : ', now'}
    </p>
  );
}

/** The intended state of a service, the reason for its state, and its next deadline. */
export function ServiceSituation({ service }: { readonly service: ServiceView }): ReactNode {
  const { intended_state: intended, since, reason, next } = service;
  const now = useNow(true);
  return (
    <div className="situation">
      <p>
        Intended to be <b>{intended}</b>; in this state since {localInstant(since, now)} (
        {duration(now - Date.parse(since))})
      </p>
      {reason === null ? null : <p className="reason">{localSentence(reason, now)}</p>}
      <NextDeadline next={next} />
      <Acknowledgement service={service} />
    </div>
  );
}
