import { useState } from 'react';
import type { ReactNode } from 'react';
import { Button, DialogTrigger } from 'react-aria-components';
import type { Subject } from '../../report/content.ts';
import { PageDialog } from '../dialog/page-dialog.tsx';
import { useLoaded } from '../use-loaded.ts';
import { Problem } from '../words/problem.tsx';

const load = () => import('./report-dialog.tsx');

interface ReportButtonProps {
  readonly subject: Subject;
  readonly label: string;
  readonly className: string;
}

/** Makes one file of what happened. */
export function ReportButton({ subject, label, className }: ReportButtonProps): ReactNode {
  const [isOpen, setOpen] = useState(false);
  const { value, problem } = useLoaded(load, isOpen);
  return (
    <DialogTrigger isOpen={isOpen} onOpenChange={setOpen}>
      <Button className={className}>{label}</Button>
      <PageDialog title={label}>
        {(close) =>
          value === null ? <Problem sentence={problem} /> : <value.ReportDialog subject={subject} close={close} />
        }
      </PageDialog>
    </DialogTrigger>
  );
}
