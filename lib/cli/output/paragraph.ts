/** A paragraph in lines of at most `width` (a longer word stands alone); all but the first begin with `indent`. */
export function paragraph(text: string, width: number | undefined, indent = ''): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).filter((part) => part !== '')) {
    const room = (width ?? Infinity) - (lines.length === 0 ? 0 : indent.length);
    if (line !== '' && line.length + 1 + word.length > room) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line].join(`\n${indent}`);
}

/** Names and what they are, in two columns; null: there is nothing to say of it. */
export function factSheet(facts: Readonly<Record<string, string | null>>, width: number | undefined): string {
  const known = Object.entries(facts).flatMap(([name, value]) => (value === null ? [] : [[name, value] as const]));
  const column = Math.max(0, ...known.map(([name]) => name.length)) + 2;
  const indent = ' '.repeat(column);
  const room = width === undefined ? undefined : width - column;
  return known.map(([name, value]) => `${name.padEnd(column)}${sheetValue(value, room, indent)}\n`).join('');
}

function sheetValue(value: string, room: number | undefined, indent: string): string {
  return paragraph(value, room, '').replaceAll('\n', `\n${indent}`);
}
