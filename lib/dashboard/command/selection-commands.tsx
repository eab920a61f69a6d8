import { useState } from 'react';
import type { ReactNode } from 'react';
import { Button } from 'react-aria-components';
import { useHost } from '../host-context.ts';
import { counted } from '../../frontend/words/amount.ts';
import { Problem } from '../words/problem.tsx';
import { sentenceOf } from '../../frontend/words/sentence.ts';
import { ConfirmButton } from './confirm-button.tsx';
import { COMMANDS, consequences, planOf } from '../../frontend/command/consequences.ts';
import type { Command, CommandPlan, Target } from '../../frontend/command/consequences.ts';
import { DONE, IN_PROGRESS, send } from '../../frontend/command/send.ts';
import { useCommandBlock } from './use-command-block.ts';
import './commands.css';

/** `2 services and 1 agent`. */
function amountOf(targets: readonly Target[]): string {
  const agents = targets.filter(({ type }) => type === 'agent').length;
  const services = targets.length - agents;
  const parts = [
    services === 0 ? [] : counted(services, 'service'),
    agents === 0 ? [] : counted(agents, 'agent'),
  ].flat();
  return parts.join(' and ');
}

function Consequences({ command, plan }: { readonly command: Command; readonly plan: CommandPlan }): ReactNode {
  const { acting, covered, unchanged } = plan;
  return (
    <>
      <ul className="consequences" tabIndex={0} aria-label="What will happen">
        {acting.map((target) => (
          <li key={`${target.type}:${target.view.id}`}>
            <b>{target.view.id}</b>: {consequences(command, target)}
          </li>
        ))}
        {covered.map(({ id, by }) => (
          <li key={`covered:${id}`}>
            <b>{id}</b>: with agent {by}.
          </li>
        ))}
      </ul>
      {unchanged.length === 0 ? null : <p>Nothing changes for {unchanged.join(', ')}.</p>}
    </>
  );
}

/** What became of a command for several targets. */
interface Outcome {
  readonly sentence: string;
  readonly refusals: readonly string[];
}

interface SelectionCommandsProps {
  readonly targets: readonly Target[];
  /** How many of them the filter of the list hides. */
  readonly hidden: number;
  readonly onClear: () => void;
}

/** Commands for everything that is selected in the list, each with one confirmation for all. */
export function SelectionCommands({ targets, hidden, onClear }: SelectionCommandsProps): ReactNode {
  const { client } = useHost();
  const block = useCommandBlock();
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const confirm = (command: Command, { acting }: CommandPlan): void => {
    setOutcome({ sentence: `${IN_PROGRESS[command]} ${amountOf(acting)}…`, refusals: [] });
    const answers = acting.map(async (target) => {
      await send(client, command, target).catch((error: unknown) => {
        throw new Error(`${target.view.id}: ${sentenceOf(error)}`, { cause: error });
      });
    });
    void Promise.allSettled(answers).then((results) => {
      const refusals = results.flatMap((result) => (result.status === 'rejected' ? [sentenceOf(result.reason)] : []));
      setOutcome({ sentence: `${DONE[command]} ${results.length - refusals.length} of ${results.length}.`, refusals });
    });
  };
  return (
    <section className="selection-commands" aria-label="Selected">
      <p>
        {amountOf(targets)} selected{hidden === 0 ? '' : `, ${hidden} of them hidden by the filter`}
      </p>
      <div className="command-buttons">
        {COMMANDS.map((command) => {
          const plan = planOf(command, targets);
          return (
            <ConfirmButton
              key={command}
              command={command}
              subject={amountOf(plan.acting)}
              isPossible={plan.acting.length > 0}
              onConfirm={() => {
                confirm(command, plan);
              }}
            >
              <Consequences command={command} plan={plan} />
            </ConfirmButton>
          );
        })}
        <Button className="button" onPress={onClear}>
          Clear
        </Button>
      </div>
      <span className="command-outcome" role="status">
        {block ?? outcome?.sentence}
      </span>
      {outcome?.refusals.map((refusal) => (
        <Problem
          key={refusal}
          sentence={refusal}
          onClose={() => {
            setOutcome({ ...outcome, refusals: outcome.refusals.filter((one) => one !== refusal) });
          }}
        />
      ))}
    </section>
  );
}
