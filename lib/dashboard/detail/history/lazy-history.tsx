import { lazy, Suspense } from 'react';
import type { ReactNode } from 'react';
import type { Subject } from './history.tsx';

const History = lazy(async () => {
  const { History: loaded } = await import('./history.tsx');
  return { default: loaded };
});

/** The history, which is loaded when it is shown. */
export function LazyHistory({ subject }: { readonly subject: Subject }): ReactNode {
  return (
    <Suspense fallback={<p className="hint">Loading…</p>}>
      <History subject={subject} />
    </Suspense>
  );
}
