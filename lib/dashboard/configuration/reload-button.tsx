import { useState } from 'react';
import type { ReactNode } from 'react';
import { Button, DialogTrigger } from 'react-aria-components';
import { PageDialog } from '../dialog/page-dialog.tsx';
import { useLoaded } from '../use-loaded.ts';
import { Problem } from '../words/problem.tsx';

const load = () => import('./reload-dialog.tsx');

/** Shows what a reload of the configuration would change. */
export function ReloadButton(): ReactNode {
  const [isOpen, setOpen] = useState(false);
  const { value, problem } = useLoaded(load, isOpen);
  return (
    <DialogTrigger isOpen={isOpen} onOpenChange={setOpen}>
      <Button className="link-button">Reload</Button>
      <PageDialog isWide title="Reload the configuration?">
        {(close) => (value === null ? <Problem sentence={problem} /> : <value.ReloadDialog close={close} />)}
      </PageDialog>
    </DialogTrigger>
  );
}
