import type { ReactNode } from 'react';
import './problem.css';

/** An error message. */
export function Problem({ sentence }: { readonly sentence: string | null }): ReactNode {
  if (sentence === null) return null;
  return (
    <p className="problem" role="alert">
      {sentence}
    </p>
  );
}
