import type { ReactNode } from 'react';
import { Button } from 'react-aria-components';
import './problem.css';

interface ProblemProps {
  readonly sentence: string | null;
  /** It stays until it is closed; absent: it goes with its cause. */
  readonly onClose?: () => void;
}

/** An error message. */
export function Problem({ sentence, onClose }: ProblemProps): ReactNode {
  if (sentence === null) return null;
  return (
    <div className="problem">
      <p role="alert">{sentence}</p>
      {onClose === undefined ? null : (
        <Button className="problem-close" aria-label="Close the message" onPress={onClose}>
          ×
        </Button>
      )}
    </div>
  );
}
