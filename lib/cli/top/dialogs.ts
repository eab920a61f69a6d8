import { acknowledgementConsequences, consequences } from '../../frontend/command/consequences.ts';
import { LABELS } from '../../frontend/command/send.ts';
import { countStandings } from '../../frontend/world/groups.ts';
import { STANDING_NAMES, STANDINGS } from '../../frontend/world/standing.ts';
import { factSheet, paragraph } from '../output/table.ts';
import { plain } from '../../frontend/words/visible.ts';
import { HELP } from './keys.ts';
import type { ScreenFacts } from './screen-content.ts';
import { chosenService, type TopContext } from './context.ts';

/** A box that is shown in place of the view. */
export interface Dialog {
  readonly title: string;
  readonly lines: readonly string[];
}

/** The width of a dialog, and of the text in it. */
export function dialogWidth({ size: { columns } }: TopContext): { readonly box: number; readonly text: number } {
  const box = Math.min(90, columns - 4);
  return { box, text: box - 4 };
}

/** The dialog that is open; null: none. */
export function dialogOf({ snapshot, site }: ScreenFacts): Dialog | null {
  const { context } = snapshot;
  const { text: width } = dialogWidth(context);
  if (snapshot.matches({ open: { dialog: 'help' } })) {
    return { title: 'Keys', lines: factSheet(Object.fromEntries(HELP), width).trimEnd().split('\n') };
  }
  if (snapshot.matches({ open: { dialog: 'confirming' } })) return confirmation(context, width);
  if (snapshot.matches({ open: { dialog: 'noting' } })) {
    const { selected, note } = context;
    return {
      title: `Acknowledge the failure of ${selected ?? ''}?`,
      lines: wrapped([acknowledgementConsequences(selected ?? ''), `Note (optional): ${plain(note)}▏`], width),
    };
  }
  if (!snapshot.matches({ open: { view: { list: 'states' } } })) return null;
  const counts = countStandings(context.store.get().services.values());
  const lines = STANDINGS.map((one, at) => {
    const box = context.filter.standings.includes(one) ? '[x]' : '[ ]';
    const line = `${box} ${STANDING_NAMES[one]} (${counts[one]})`;
    return at === context.choice ? site.colors.inverse(`> ${line}`) : `  ${line}`;
  });
  return { title: 'Only services that are …', lines };
}

function confirmation(context: TopContext, width: number): Dialog {
  const { command } = context;
  const view = chosenService(context);
  if (view === undefined) return { title: 'The host no longer knows this service.', lines: [] };
  const question = `Press y to ${command} it, any other key to leave it as it is.`;
  return {
    title: `${LABELS[command]} service ${view.id}?`,
    lines: wrapped([consequences(command, { type: 'service', view }), question], width),
  };
}

function wrapped(paragraphs: readonly string[], width: number): readonly string[] {
  return paragraphs.flatMap((text) => paragraph(text, width).split('\n'));
}
