import { useState } from 'react';
import type { ReactNode } from 'react';
import { Button } from 'react-aria-components';
import { useHost } from '../host-context.ts';
import { useAnswer } from '../use-answer.ts';
import { Problem } from '../words/problem.tsx';
import { sentenceOf } from '../words/sentence.ts';

/** The sign-out button, shown only if the browser signed in with a cookie. */
export function SignOut(): ReactNode {
  const host = useHost();
  const { value } = useAnswer((signal) => host.client.getSession({ signal }), [host]);
  const [problem, setProblem] = useState<string | null>(null);
  if (value?.signed_in_by !== 'cookie') return null;
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
