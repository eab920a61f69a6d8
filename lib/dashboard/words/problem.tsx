import type { ReactNode } from 'react';
import './problem.css';

/** Why something is not shown, or was not done. */
export function Problem({ sentence }: { readonly sentence: string | null }): ReactNode {
  if (sentence === null) return null;
  return (
    <p className="problem" role="alert">
      {sentence}
    </p>
  );
}
