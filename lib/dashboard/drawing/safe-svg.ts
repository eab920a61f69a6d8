/** The allowed elements of a drawing; everything else is removed. */
const ELEMENTS: ReadonlySet<string> = new Set([
  'svg',
  'g',
  'path',
  'polygon',
  'ellipse',
  'polyline',
  'text',
  'title',
  'desc',
]);
const ATTRIBUTES: ReadonlySet<string> = new Set([
  ...['id', 'class', 'width', 'height', 'viewBox', 'transform', 'd', 'points', 'cx', 'cy', 'rx', 'ry', 'x', 'y'],
  ...['fill', 'stroke', 'stroke-width', 'stroke-dasharray', 'text-anchor', 'font-family', 'font-weight', 'font-size'],
  ...['role', 'aria-labelledby', 'xml:space'],
]);

function clean(element: Element): void {
  for (const { name } of [...element.attributes]) {
    if (!ATTRIBUTES.has(name) && !name.startsWith('data-') && !name.startsWith('xmlns')) element.removeAttribute(name);
  }
  for (const child of [...element.children]) {
    if (ELEMENTS.has(child.localName)) clean(child);
    else child.remove();
  }
}

/** More than the statecharts and their variants. */
const MAX_KEPT = 16;

/** By their texts; the same few drawings are shown again and again. */
const parsed = new Map<string, SVGSVGElement>();

/** Makes elements of this page of a drawing from the host. Throws if it is not a drawing. */
export function svgOf(text: string): SVGSVGElement {
  const known = parsed.get(text) ?? parse(text);
  parsed.delete(text);
  parsed.set(text, known);
  const [oldest] = parsed.keys();
  if (parsed.size > MAX_KEPT && oldest !== undefined) parsed.delete(oldest);
  return known.cloneNode(true) as SVGSVGElement; // a clone of one
}

function parse(text: string): SVGSVGElement {
  const root = new DOMParser().parseFromString(text, 'image/svg+xml').documentElement;
  if (!(root instanceof SVGSVGElement)) throw new Error('The response of the host is not a drawing.');
  clean(root);
  return document.importNode(root, true);
}
