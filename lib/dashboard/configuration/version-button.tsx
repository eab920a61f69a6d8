import { useState } from 'react';
import type { ReactNode } from 'react';
import { Button, DialogTrigger } from 'react-aria-components';
import { PageDialog } from '../dialog/page-dialog.tsx';
import { useLoaded } from '../use-loaded.ts';
import { Problem } from '../words/problem.tsx';

const load = () => import('./version-dialog.tsx');

/** Chooses the version that a service runs. */
export function VersionButton({ id }: { readonly id: string }): ReactNode {
  const [isOpen, setOpen] = useState(false);
  const { value, problem } = useLoaded(load, isOpen);
  return (
    <DialogTrigger isOpen={isOpen} onOpenChange={setOpen}>
      <Button className="link-button" aria-label={`Change the version of ${id}`}>
        change
      </Button>
      <PageDialog isWide title={`Which version is ${id} to run?`}>
        {(close) => (value === null ? <Problem sentence={problem} /> : <value.VersionDialog id={id} close={close} />)}
      </PageDialog>
    </DialogTrigger>
  );
}
