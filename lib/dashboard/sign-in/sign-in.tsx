import { useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { Button, Form, Input, Label, TextField } from 'react-aria-components';
import type { SessionEnd } from '../../frontend/feed/machine.ts';
import { useFeed, useHost } from '../host-context.ts';
import { useTitle } from '../page-title.ts';
import { useAnswer } from '../use-answer.ts';
import { Problem } from '../words/problem.tsx';
import { sentenceOf } from '../../frontend/words/sentence.ts';
import './sign-in.css';

/** The outcome of the last token. */
type Outcome = { readonly type: 'nothing' | 'under way' } | { readonly type: 'refused'; readonly sentence: string };

const REASONS: Readonly<Record<SessionEnd, string>> = {
  rejected: 'The host no longer accepts this browser: its token was replaced or removed, or the host now requires one.',
  'signed out': 'You have signed out.',
};

/** The characters allowed in a header; a token has at least one. */
const TOKEN = /^[\x21-\x7e]+$/;

/**
 * Asks for the token in place of the previous view. The page stays loaded: a host that is shutting down can still
 * respond with 401, and a page that reloaded then would get nothing.
 */
export function SignIn(): ReactNode {
  const host = useHost();
  const ending = useFeed((feed) => feed.context.ending);
  const { value: health } = useAnswer((signal) => host.client.getHealth({ signal }), [host]);
  const name = health?.name ?? 'this host';
  useTitle(health === null ? 'Sign in' : `${health.name} – sign in`);
  const [token, setToken] = useState('');
  const [outcome, setOutcome] = useState<Outcome>({ type: 'nothing' });
  const field = useRef<HTMLInputElement>(null);
  const refuse = (sentence: string): void => {
    field.current?.select();
    setOutcome({ type: 'refused', sentence });
  };
  const submit = (): void => {
    if (!TOKEN.test(token.trim())) {
      refuse('Tokens contain only printable ASCII characters and no spaces.');
      return;
    }
    setOutcome({ type: 'under way' });
    host.signIn(token.trim()).catch((error: unknown) => {
      refuse(sentenceOf(error));
    });
  };
  return (
    <main className="sign-in">
      <div className="sign-in-sheet">
        <h1>{name}</h1>
        <p>{REASONS[ending]}</p>
        <p>Enter the access token for {name}.</p>
        <Form
          className="sign-in-form"
          validationBehavior="aria" // otherwise the browser would block all tokens after a rejected one
          onSubmit={(event) => {
            event.preventDefault();
            submit();
          }}
        >
          <TextField
            type="password"
            autoComplete="current-password"
            autoFocus
            isInvalid={outcome.type === 'refused'}
            value={token}
            onChange={setToken}
          >
            <Label>Access token</Label>
            <Input ref={field} spellCheck={false} />
          </TextField>
          <Button type="submit" className="button button-do" isPending={outcome.type === 'under way'}>
            Sign in
          </Button>
        </Form>
        <Problem sentence={outcome.type === 'refused' ? outcome.sentence : null} />
      </div>
    </main>
  );
}
