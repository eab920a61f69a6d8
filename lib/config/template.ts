/** The names that `${…}` may hold in `args`, `env` and `cwd`. */
export const VARIABLES = ['config_path', 'config_stem', 'agent_id', 'service_id'] as const;
export type Variable = (typeof VARIABLES)[number];

/** What the variables stand for in one service; one that is absent has no meaning there. */
export type Values = Readonly<Partial<Record<Variable, string>>>;

export type Filled =
  { readonly type: 'filled'; readonly text: string } | { readonly type: 'absent'; readonly variable: Variable };

/** `$$`, `${name}`, or a `${` that is never closed. Any other dollar is itself. */
const TOKEN = /\$\$|\$\{([^}]*)(\}?)/g;

function isVariable(name: string): name is Variable {
  return VARIABLES.some((variable) => variable === name);
}

/** What is wrong with a template; null: nothing. The text itself is not quoted: it may be a secret of `env`. */
export function templateProblem(template: string): string | null {
  for (const [token, name = '', close] of template.matchAll(TOKEN)) {
    if (token === '$$') continue;
    if (close === '') return 'has a "${" without its "}" (a literal dollar is written "$$")';
    if (!isVariable(name)) {
      const known = VARIABLES.map((variable) => `\${${variable}}`).join(', ');
      return `has the unknown variable "\${${name}}"; there are ${known} (a literal dollar is written "$$")`;
    }
  }
  return null;
}

/** Fills in a template without problems. What is filled in is not looked at again. */
export function fillTemplate(template: string, values: Values): Filled {
  const absent: Variable[] = [];
  const text = template.replace(TOKEN, (token, name: string | undefined) => {
    if (name === undefined) return '$';
    if (!isVariable(name)) return token;
    if (values[name] === undefined) absent.push(name);
    return values[name] ?? '';
  });
  const [variable] = absent;
  return variable === undefined ? { type: 'filled', text } : { type: 'absent', variable };
}
