import { useEffect, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { Button } from 'react-aria-components';
import { lastPeriod, SPANS } from '../../frontend/timeline/period.ts';
import { sentenceOf } from '../../frontend/words/sentence.ts';
import type { Subject } from '../../report/content.ts';
import { DialogButtons } from '../dialog/page-dialog.tsx';
import { useHost, useStaleSince } from '../host-context.ts';
import { Problem } from '../words/problem.tsx';
import './report.css';

/** A finished file. */
interface ReportFile {
  readonly name: string;
  readonly text: string;
}

/** How far the report is. */
type Step =
  | { readonly type: 'choosing'; readonly problem: string | null }
  | { readonly type: 'making'; readonly spanMs: number }
  | { readonly type: 'made'; readonly file: ReportFile };

/** Hands the file to the browser, once, and leaves a link to it, which has the focus: the button that had it is gone. */
function Made({ file }: { readonly file: ReportFile }): ReactNode {
  const link = useRef<HTMLAnchorElement>(null);
  useEffect(() => {
    const element = link.current;
    if (element === null) return undefined;
    const url = URL.createObjectURL(new Blob([file.text], { type: 'text/html' }));
    element.href = url;
    element.click();
    element.focus();
    return () => {
      URL.revokeObjectURL(url);
    };
  }, [file]);
  return (
    <p role="status">
      The report is in your downloads:{' '}
      <a ref={link} download={file.name}>
        {file.name}
      </a>
    </p>
  );
}

interface SpansProps {
  /** The one for which a report is being made; null: none. */
  readonly making: number | null;
  readonly isDisabled: boolean;
  readonly onPress: (spanMs: number) => void;
}

function Spans({ making, isDisabled, onPress }: SpansProps): ReactNode {
  return (
    <div className="report-spans" role="group" aria-label="The last">
      {SPANS.map(([name, spanMs]) => (
        // The pressed one stays enabled: it would lose the focus, and to press it again changes nothing.
        <Button
          key={name}
          className="button"
          isDisabled={isDisabled || (making !== null && making !== spanMs)}
          onPress={() => {
            onPress(spanMs);
          }}
        >
          {name}
        </Button>
      ))}
    </div>
  );
}

interface ReportDialogProps {
  readonly subject: Subject;
  readonly close: () => void;
}

/** Asks for the range of a report, makes it and hands it to the browser as a file. */
export function ReportDialog({ subject, close }: ReportDialogProps): ReactNode {
  const { client } = useHost();
  const isStale = useStaleSince() !== null;
  const [step, setStep] = useState<Step>({ type: 'choosing', problem: null });
  const spanMs = step.type === 'making' ? step.spanMs : null;
  useEffect(() => {
    if (spanMs === null) return undefined;
    const left = new AbortController();
    const make = async (): Promise<ReportFile> => {
      const { makeReport, reportFileName } = await import('../../report/make-report.ts');
      const now = Date.now();
      const range = lastPeriod(spanMs, now);
      const { host, text } = await makeReport(client, subject, range, now, left.signal);
      return { name: reportFileName(host, range), text };
    };
    make().then(
      (file) => {
        if (!left.signal.aborted) setStep({ type: 'made', file });
      },
      (error: unknown) => {
        if (!left.signal.aborted) setStep({ type: 'choosing', problem: sentenceOf(error) });
      },
    );
    return () => {
      left.abort();
    };
  }, [client, subject, spanMs]);
  return (
    <>
      <p>
        One HTML file that needs nothing else to be read or printed: what needs attention, a timeline, each crash with
        its explanation and output, commands, configurations, versions, processor and memory. It has output of services
        in it.
      </p>
      {step.type === 'made' ? (
        <Made file={step.file} />
      ) : (
        <>
          <p>The last:</p>
          <Spans
            making={spanMs}
            isDisabled={isStale}
            onPress={(chosen) => {
              setStep({ type: 'making', spanMs: chosen });
            }}
          />
          <p role="status">{step.type === 'making' ? 'Reading what the host has stored…' : ''}</p>
          <Problem sentence={step.type === 'choosing' ? step.problem : null} />
        </>
      )}
      <DialogButtons close={close} />
    </>
  );
}
