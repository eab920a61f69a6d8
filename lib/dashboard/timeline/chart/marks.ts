import type { MarkKind } from '../../../frontend/timeline/lanes.ts';
import { MARK_COLORS, MARK_PX, MARK_SHAPES } from '../../../frontend/timeline/marks.ts';
import type { Palette } from './palette.ts';

interface Canvas {
  readonly context: CanvasRenderingContext2D;
  readonly ratio: number;
  readonly palette: Palette;
}

function paint({ context, ratio, palette }: Canvas, kind: MarkKind): void {
  const size = MARK_PX * ratio;
  context.fillStyle = palette[MARK_COLORS[kind]];
  context.beginPath();
  for (const [index, [x, y]] of MARK_SHAPES[kind].entries()) {
    if (index === 0) context.moveTo(x * size, y * size);
    else context.lineTo(x * size, y * size);
  }
  context.closePath();
  context.fill();
}

/** Pictures of marks: a picture is drawn in a fraction of the time of its path. */
const pictures = new WeakMap<Palette, Map<string, HTMLCanvasElement>>();

function pictureOf(palette: Palette, ratio: number, kind: MarkKind): HTMLCanvasElement {
  const known = pictures.get(palette) ?? new Map<string, HTMLCanvasElement>();
  pictures.set(palette, known);
  const key = `${kind} ${ratio}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  const picture = document.createElement('canvas');
  picture.width = Math.ceil(MARK_PX * ratio);
  picture.height = picture.width;
  const context = picture.getContext('2d');
  if (context !== null) paint({ context, ratio, palette }, kind);
  known.set(key, picture);
  return picture;
}

/** Draws a mark around `x`, below `top`. */
export function drawMark({ context, ratio, palette }: Canvas, kind: MarkKind, x: number, top: number): void {
  context.drawImage(pictureOf(palette, ratio, kind), Math.round(x - (MARK_PX * ratio) / 2), Math.round(top));
}
