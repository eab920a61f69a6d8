/** Draws a CPU profile of V8 as a flame graph: one rectangle for each function below its callers, as wide as its time. */
const WIDTH = 1_400;
const ROW = 15;
const HEAD = 40;
/** Of the time of the whole profile; what takes less is not drawn. */
const LEAST = 0.001;
const LETTER = 6.2;
/** What the process does not do itself. */
const NOT_WORK = new Set(['(idle)', '(program)']);

const escaped = (text) => text.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);

/** The calls of a profile as a tree; calls of the same function by the same callers are one. */
function callsOf({ nodes, samples, timeDeltas }, from = 0) {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const self = new Map();
  let at = 0;
  samples.forEach((id, index) => {
    at += timeDeltas[index];
    // The time until the next sample belongs to this one.
    if (at >= from) self.set(id, (self.get(id) ?? 0) + (timeDeltas[index + 1] ?? 0));
  });
  const merge = (name, ids) => {
    const below = new Map();
    for (const child of ids.flatMap((id) => byId.get(id).children ?? [])) {
      const { functionName, url, lineNumber } = byId.get(child).callFrame;
      if (NOT_WORK.has(functionName)) continue;
      const file = url.slice(url.lastIndexOf('/') + 1);
      const key = `${functionName || '(anonymous)'}${file === '' ? '' : ` ${file}:${lineNumber + 1}`}`;
      below.set(key, [...(below.get(key) ?? []), child]);
    }
    const calls = [...below].map(([key, all]) => merge(key, all)).sort((one, other) => other.us - one.us);
    const own = ids.reduce((sum, id) => sum + (self.get(id) ?? 0), 0);
    return { name, calls, us: calls.reduce((sum, { us }) => sum + us, own) };
  };
  return merge('all', [nodes[0].id]);
}

/** A colour for each kind of code: the program, XState, other packages, Node and V8. */
function colourOf(name) {
  if (name.startsWith('(garbage')) return '#c9c4d8';
  if (/ xstate/.test(name)) return '#e9a35b';
  if (/ (serve|local-engine|process-identity|summary|tools|problems)\.js:/.test(name)) return '#6fa8dc';
  return / \S+\.js:/.test(name) ? '#9ccc8f' : '#d9d9d9';
}

/**
 * A profile as SVG. `title` is its first line; `count`: what the times are divided by, such as the number of services;
 * `from`: microseconds at its beginning that are left out.
 */
export function flameGraph(profile, { title, count, per, from = 0 }) {
  const root = callsOf(profile, from);
  const shapes = [];
  let depth = 0;
  const draw = (call, x, row) => {
    const width = (call.us / root.us) * WIDTH;
    if (width < LEAST * WIDTH) return;
    depth = Math.max(depth, row);
    const ms = `${(call.us / 1_000 / count).toFixed(3)} ms per ${per}`;
    const share = `${((100 * call.us) / root.us).toFixed(1)} %`;
    const letters = Math.floor((width - 4) / LETTER);
    const label = letters < 3 ? '' : call.name.slice(0, letters);
    const y = HEAD + row * ROW;
    shapes.push(
      `<g><title>${escaped(`${call.name}: ${ms}, ${share}`)}</title><rect x="${x.toFixed(1)}" y="${y}" width="${width.toFixed(1)}" height="${ROW - 1}" fill="${colourOf(call.name)}"/>` +
        (label === '' ? '' : `<text x="${(x + 2).toFixed(1)}" y="${y + 11}">${escaped(label)}</text>`) +
        '</g>',
    );
    let left = x;
    for (const each of call.calls) {
      draw(each, left, row + 1);
      left += (each.us / root.us) * WIDTH;
    }
  };
  draw(root, 0, 0);
  const height = HEAD + (depth + 1) * ROW + 4;
  const total = `${(root.us / 1_000 / count).toFixed(2)} ms of the main thread per ${per}; blue: this project, orange: XState, green: other packages and Node, violet: garbage collection`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="monospace" font-size="10.3">`,
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    `<text x="4" y="15" font-size="13">${escaped(title)}</text><text x="4" y="31">${escaped(total)}</text>`,
    ...shapes,
    '</svg>\n',
  ].join('\n');
}
