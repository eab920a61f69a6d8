import { useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { Button, Form, Input, Label, TextField } from 'react-aria-components';
import { useHost } from '../host-context.ts';
import { Problem } from '../words/problem.tsx';
import { sentenceOf } from '../words/sentence.ts';
import './sign-in.css';

/** What became of the last token that was given. */
type Given = { readonly type: 'nothing' | 'under way' } | { readonly type: 'refused'; readonly sentence: string };

/** A header carries no other characters; a token has at least one of them. */
const TOKEN = /^[\x21-\x7e]+$/;

/**
 * Asks for the token in the place of what was shown. The page stays loaded meanwhile: a host on its way out can still say that it wants
 * another token, and a page that loaded itself anew then would find nobody to come from.
 */
export function SignIn(): ReactNode {
  const host = useHost();
  const [token, setToken] = useState('');
  const [given, setGiven] = useState<Given>({ type: 'nothing' });
  const field = useRef<HTMLInputElement>(null);
  const refuse = (sentence: string): void => {
    field.current?.select();
    setGiven({ type: 'refused', sentence });
  };
  const submit = (): void => {
    if (!TOKEN.test(token.trim())) {
      refuse('Tokens contain only printable ASCII characters and no spaces.');
      return;
    }
    setGiven({ type: 'under way' });
    host.signIn(token.trim()).catch((error: unknown) => {
      refuse(sentenceOf(error));
    });
  };
  return (
    <main className="sign-in">
      <div className="sign-in-sheet">
        <h1>Coredinator</h1>
        <p>Enter the access token of this host.</p>
        <Form
          className="sign-in-form"
          validationBehavior="aria" // or the browser would hold back every token after one that was refused
          onSubmit={(event) => {
            event.preventDefault();
            submit();
          }}
        >
          <TextField
            type="password"
            autoComplete="current-password"
            autoFocus
            isInvalid={given.type === 'refused'}
            value={token}
            onChange={setToken}
          >
            <Label>Access token</Label>
            <Input ref={field} spellCheck={false} />
          </TextField>
          <Button type="submit" className="button button-do" isPending={given.type === 'under way'}>
            Sign in
          </Button>
        </Form>
        <Problem sentence={given.type === 'refused' ? given.sentence : null} />
      </div>
    </main>
  );
}
