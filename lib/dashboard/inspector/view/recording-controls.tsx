import { useState } from 'react';
import type { ReactNode } from 'react';
import { Button, FileTrigger } from 'react-aria-components';
import { counted } from '../../../frontend/words/amount.ts';
import { drawingOf } from '../../drawing/statechart.tsx';
import { Problem } from '../../words/problem.tsx';
import { sentenceOf } from '../../../frontend/words/sentence.ts';
import { useInspection, useInspector } from '../inspector-context.ts';
import { parseRecording } from '../model/recording.ts';

/** A bigger file is more than a page can show. */
const MAX_FILE_BYTES = 500 * 1024 * 1024;

function RecordButton(): ReactNode {
  const { actor, client } = useInspector();
  const isRecording = useInspection((snapshot) => snapshot.matches({ recorder: 'recording' }));
  const isFull = useInspection((snapshot) => snapshot.matches({ recorder: { recording: 'full' } }));
  const recorded = useInspection(({ context }) => context.recorded);
  const [problem, setProblem] = useState<string | null>(null);
  // With the charts, the file needs no host to be played back.
  const stop = async (): Promise<void> => {
    const { machines } = await client.listMachines();
    const charts = await Promise.all(machines.map(async ({ name }) => [name, await drawingOf(client, name)] as const));
    actor.send({ type: 'record.stop', charts: Object.fromEntries(charts) });
  };
  const press = (): void => {
    setProblem(null);
    if (!isRecording) actor.send({ type: 'record.start' });
    else {
      stop().catch((error: unknown) => {
        setProblem(`The charts cannot be read, so the recording continues: ${sentenceOf(error)}`);
      });
    }
  };
  return (
    <>
      <Button className={isRecording ? 'button button-danger' : 'button'} onPress={press}>
        {isRecording ? `■ Stop and save (${counted(recorded, 'message')}${isFull ? ', full' : ''})` : '● Record'}
      </Button>
      <Problem sentence={problem} />
    </>
  );
}

/** Buttons to record what happens, and to play a recording back. */
export function RecordingControls(): ReactNode {
  const { actor } = useInspector();
  const isShown = useInspection(({ context }) => context.recording !== null);
  const [problem, setProblem] = useState<string | null>(null);
  const open = async (file: File): Promise<void> => {
    if (file.size > MAX_FILE_BYTES) throw new Error(`${file.name} has more than 500 MiB. Record a shorter time.`);
    actor.send({ type: 'recording.opened', recording: parseRecording(await file.text()) });
  };
  return (
    <div className="recording-controls" role="group" aria-label="Recordings">
      {isShown ? (
        <Button
          className="button"
          onPress={() => {
            actor.send({ type: 'recording.closed' });
          }}
        >
          Back to the host
        </Button>
      ) : (
        <RecordButton />
      )}
      <FileTrigger
        acceptedFileTypes={['application/json', '.json']}
        onSelect={(files) => {
          const file = files?.[0];
          setProblem(null);
          if (file !== undefined) {
            open(file).catch((error: unknown) => {
              setProblem(sentenceOf(error));
            });
          }
        }}
      >
        <Button className="button">Open a recording</Button>
      </FileTrigger>
      <Problem sentence={problem} />
    </div>
  );
}
