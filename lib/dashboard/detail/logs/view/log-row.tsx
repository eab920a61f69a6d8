import type { CSSProperties, ReactNode } from 'react';
import { dayOf, preciseTime } from '../../../words/time.ts';
import { coloursOf } from '../model/colour.ts';
import type { LogRow } from '../../../../frontend/logs/row.ts';
import { styledPieces, withMatches } from '../model/text.ts';
import type { Piece } from '../model/text.ts';

/** Of a longer line, only so much is shown. */
const MOST_CHARACTERS = 10_000;

/** How rows are shown. */
export interface RowLook {
  readonly isUtc: boolean;
  /** The text to mark; empty: none. */
  readonly marked: string;
  /** The day of most lines, which is not repeated at each. */
  readonly today: string;
  /** The ids of the services, if there are several. */
  readonly services: readonly string[] | null;
  /** Whether each line shows its launch. */
  readonly hasLaunches: boolean;
}

/** As custom properties, because the colour depends on the scheme of the page. */
function styleOf({ foreground, background }: Piece): CSSProperties | undefined {
  if (foreground === null && background === null) return undefined;
  const { light, dark, background: surface } = coloursOf(foreground, background);
  const style = { '--sgr-light': light ?? undefined, '--sgr-dark': dark ?? undefined };
  return { ...style, backgroundColor: surface ?? undefined };
}

function PieceView({ piece }: { readonly piece: Piece }): ReactNode {
  const { text, foreground, background, decorations, isMatch } = piece;
  if (isMatch) return <mark>{text}</mark>;
  const isColoured = foreground !== null || background !== null;
  if (!isColoured && decorations.length === 0) return text;
  const names = [isColoured ? 'sgr-coloured' : [], decorations.map((name) => `sgr-${name}`)].flat();
  return (
    <span className={names.join(' ')} style={styleOf(piece)}>
      {text}
    </span>
  );
}

function TextView({ text, marked }: { readonly text: string; readonly marked: string }): ReactNode {
  const isCut = text.length > MOST_CHARACTERS;
  const pieces = withMatches(styledPieces(isCut ? text.slice(0, MOST_CHARACTERS) : text), marked);
  return (
    <span className="log-text">
      {pieces.map((piece, index) => (
        <PieceView key={index} piece={piece} />
      ))}
      {isCut ? (
        <span className="log-cut"> … {(text.length - MOST_CHARACTERS).toLocaleString('en')} more characters</span>
      ) : null}
    </span>
  );
}

function timeOf(at: string | null, { isUtc, today }: RowLook): string {
  if (at === null) return 'no time';
  const day = dayOf(at, isUtc);
  return day === today ? preciseTime(at, isUtc) : `${day} ${preciseTime(at, isUtc)}`;
}

/** The middle of a long id is left out: ids of one agent differ at their ends. */
function shortId(id: string): string {
  return id.length <= 20 ? id : `${id.slice(0, 8)}…${id.slice(-11)}`;
}

function originOf({ type, generation, stream }: LogRow, { hasLaunches }: RowLook): string {
  const output = type === 'gap' ? 'gap' : stream === 'stderr' ? 'err' : 'out';
  return hasLaunches ? `${generation} ${output}` : output;
}

/** The content of a row. */
export interface LogRowViewProps {
  readonly row: LogRow;
  readonly look: RowLook;
  /** Where a link to this line leads. */
  readonly href: string;
  readonly isInTabOrder: boolean;
}

/** The time of a line, which is a link to it, where it is from, and its text. */
export function LogRowView({ row, look, href, isInTabOrder }: LogRowViewProps): ReactNode {
  const { type, key, at, serviceId, stream, text } = row;
  const service = look.services?.indexOf(serviceId) ?? -1;
  return (
    <>
      {type === 'gap' ? (
        <span className="log-time" />
      ) : (
        <a
          className="log-time"
          href={href}
          data-row={key}
          tabIndex={isInTabOrder ? 0 : -1}
          title={at ?? 'The launch wrote its output to a file, without times.'}
        >
          {timeOf(at, look)}
        </a>
      )}
      {service === -1 ? null : (
        <span className={`log-service log-service-${service % 8}`} title={serviceId}>
          {shortId(serviceId)}
        </span>
      )}
      <span className="log-origin" title={stream ?? undefined}>
        {originOf(row, look)}
      </span>
      {type === 'gap' ? <span className="log-text">{text}</span> : <TextView text={text} marked={look.marked} />}
    </>
  );
}
