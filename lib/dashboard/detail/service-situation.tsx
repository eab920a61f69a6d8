import type { ReactNode } from 'react';
import type { ServiceView } from '../../api/schemas/service.ts';
import { duration, localInstant } from '../words/time.ts';
import { useNow } from '../words/use-now.ts';

function Coming({ next }: Pick<ServiceView, 'next'>): ReactNode {
  const now = useNow(next !== null);
  if (next === null) return null;
  const inMs = Date.parse(next.at) - now;
  return (
    <p>
      Next: <b>{next.what}</b> at {localInstant(next.at, now)}
      {inMs > 0 ? `, in ${duration(inMs)}` : ', any moment now'}
    </p>
  );
}

/** What a service is meant to be, why it is what it is, and what comes next. */
export function ServiceSituation({ service }: { readonly service: ServiceView }): ReactNode {
  const { intended_state: intended, since, reason, next } = service;
  const now = useNow(true);
  return (
    <div className="situation">
      <p>
        Meant to be <b>{intended}</b>; in this state since {localInstant(since, now)} (
        {duration(now - Date.parse(since))})
      </p>
      {reason === null ? null : <p className="reason">{reason}</p>}
      <Coming next={next} />
    </div>
  );
}
