type Rgb = readonly [red: number, green: number, blue: number];

/** The least contrast of text (WCAG 2, level AA). */
const CONTRAST = 4.5;
const BLACK: Rgb = [0, 0, 0];
const WHITE: Rgb = [255, 255, 255];
/** The backgrounds of the list, light and dark; style/base.css. */
const LIGHT: Rgb = [0xee, 0xf0, 0xf3];
const DARK: Rgb = [0x0f, 0x12, 0x16];

/** Colours as CSS writes them. */
export interface ShownColours {
  /** Null: that of the page. */
  readonly light: string | null;
  readonly dark: string | null;
  readonly background: string | null;
}

function rgbOf(text: string): Rgb {
  const [red = 0, green = 0, blue = 0] = text.split(',').map(Number);
  return [red, green, blue];
}

function css([red, green, blue]: Rgb): string {
  return `rgb(${red} ${green} ${blue})`;
}

function luminance(colour: Rgb): number {
  const [red = 0, green = 0, blue = 0] = colour.map((value) => {
    const part = value / 255;
    return part <= 0.040_45 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** The contrast of two colours, from 1 to 21 (WCAG 2). */
export function contrast(one: Rgb, other: Rgb): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

/** The colour itself, or mixed with as little black or white as it takes to be read on this background. */
export function readableOn(colour: Rgb, background: Rgb): Rgb {
  const towards = contrast(WHITE, background) > contrast(BLACK, background) ? WHITE : BLACK;
  for (let share = 0; share < 1; share += 0.05) {
    const [red, green, blue] = colour.map((value, index) =>
      Math.round(value + ((towards[index] ?? 0) - value) * share),
    );
    const mixed: Rgb = [red ?? 0, green ?? 0, blue ?? 0];
    if (contrast(mixed, background) >= CONTRAST) return mixed;
  }
  return towards;
}

function shownColours(foreground: string | null, background: string | null): ShownColours {
  if (background !== null) {
    const surface = rgbOf(background);
    const text = contrast(WHITE, surface) > contrast(BLACK, surface) ? WHITE : BLACK;
    const shown = css(foreground === null ? text : readableOn(rgbOf(foreground), surface));
    return { light: shown, dark: shown, background: css(surface) };
  }
  if (foreground === null) return { light: null, dark: null, background: null };
  const colour = rgbOf(foreground);
  return { light: css(readableOn(colour, LIGHT)), dark: css(readableOn(colour, DARK)), background: null };
}

const known = new Map<string, ShownColours>();
const MAX_KNOWN = 1_000;

/** The colours of text for a light and a dark page; `r, g, b` as a service chose them, null: none. */
export function coloursOf(foreground: string | null, background: string | null): ShownColours {
  const key = `${foreground ?? ''}/${background ?? ''}`;
  const colours = known.get(key) ?? shownColours(foreground, background);
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(key, colours);
  return colours;
}
