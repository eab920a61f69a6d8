import { useState } from 'react';
import type { ReactNode } from 'react';
import { Button } from 'react-aria-components';
import { useHost, useWorld } from '../host-context.ts';
import { Problem } from '../words/problem.tsx';
import { sentenceOf } from '../../frontend/words/sentence.ts';

/** The sign-out button, shown only if the browser signed in with a cookie. */
export function SignOut(): ReactNode {
  const host = useHost();
  const isByCookie = useWorld((world) => world.session?.signed_in_by === 'cookie');
  const [problem, setProblem] = useState<string | null>(null);
  if (!isByCookie) return null;
  const signOut = (): void => {
    host.signOut().catch((error: unknown) => {
      setProblem(sentenceOf(error));
    });
  };
  return (
    <>
      <Button className="button" onPress={signOut}>
        Sign out
      </Button>
      <Problem sentence={problem} />
    </>
  );
}
