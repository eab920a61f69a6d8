/** Words that are no names of values. */
const KEYWORDS: ReadonlySet<string> = new Set([
  ...['async', 'await', 'case', 'const', 'default', 'else', 'false', 'for', 'function', 'if', 'in', 'instanceof'],
  ...['let', 'new', 'null', 'of', 'return', 'switch', 'true', 'typeof', 'undefined', 'void', 'while'],
]);

/** What every JavaScript program has. */
const GLOBALS: ReadonlySet<string> = new Set([
  'Array',
  'Boolean',
  'Date',
  'Infinity',
  'JSON',
  'Math',
  'NaN',
  'Number',
  'Object',
  'String',
]);

const TEXT = /'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"/g;
const COMMENT = /\/\*[^]*?\*\/|\/\/[^\n]*/g;
const NAME = /[\p{L}_$][\p{L}\d_$]*/gu;

/**
 * The source of a function that works in another program, because it uses nothing but its parameters, what it declares
 * itself, and `known` names; null: it may use more. It reads the source without a parser, so where it is not sure, it says null.
 */
export function selfContained(value: unknown, known: readonly string[]): string | null {
  if (typeof value !== 'function') return null;
  const source = value.toString();
  const code = source.replace(COMMENT, ' ').replace(TEXT, '""').replaceAll('...', ' ');
  // Templates and regular expressions can contain anything; `this` and `import` belong to a place.
  if (/[`\\/]|\b(?:this|import|class)\b/.test(code) || !code.includes('=>')) return null;
  const own = new Set([...known, ...parametersIn(code), ...declaredIn(code)]);
  const isFree = (name: string): boolean => !KEYWORDS.has(name) && !GLOBALS.has(name) && !own.has(name);
  return usedIn(code).some(isFree) ? null : source;
}

/** The names in a part of the code that stand for values: neither members nor keys of objects. */
function usedIn(code: string): readonly string[] {
  return [...code.matchAll(NAME)].flatMap(({ 0: name, index }) => {
    const before = code.slice(0, index).trimEnd().at(-1) ?? '';
    const after = code.slice(index + name.length).trimStart();
    const isKey = (before === '{' || before === ',') && after.startsWith(':');
    return before === '.' || isKey || /\d/.test(before) ? [] : [name];
  });
}

/** The parameters of all arrow functions in the code. */
function parametersIn(code: string): readonly string[] {
  return [...code.matchAll(/=>/g)].flatMap(({ index }) => {
    const head = code.slice(0, index).trimEnd();
    if (!head.endsWith(')')) return [/[\p{L}\d_$]+$/u.exec(head)?.[0] ?? ''];
    return usedIn(head.slice(openingOf(head), -1));
  });
}

/** The position after the parenthesis that the last one closes. */
function openingOf(head: string): number {
  let depth = 0;
  for (let index = head.length - 1; index >= 0; index -= 1) {
    if (head[index] === ')') depth += 1;
    if (head[index] === '(') depth -= 1;
    if (depth === 0) return index + 1;
  }
  return 0;
}

function declaredIn(code: string): readonly string[] {
  return [...code.matchAll(/\b(?:const|let)\s+(\{[^}]*\}|[\p{L}\d_$]+)/gu)].flatMap(([, names = '']) => usedIn(names));
}
