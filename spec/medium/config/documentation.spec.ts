import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { agentConfig, hostConfig } from '../../../lib/config/effective.ts';
import { jsonSchemaFor } from '../../../lib/config/schema/json-schema.ts';
import { VARIABLES } from '../../../lib/config/schema/template.ts';
import { parseForeignYaml, parseYaml } from '../../../lib/config/yaml/yaml-source.ts';

const root = join(import.meta.dirname, '../../..');
const manual = readFileSync(join(root, 'docs/configuration.md'), 'utf8');
const readme = readFileSync(join(root, 'README.md'), 'utf8');

function keysOf(node: unknown, keys = new Set<string>()): ReadonlySet<string> {
  if (typeof node !== 'object' || node === null) return keys;
  const { properties } = node as { readonly properties?: object }; // as JSON Schema has it
  for (const key of Object.keys(properties ?? {})) keys.add(key);
  for (const value of Object.values(node)) keysOf(value, keys);
  return keys;
}

describe('the manual of the configuration', () => {
  it('names every key and variable', () => {
    const keys = [...keysOf(jsonSchemaFor('host')), ...keysOf(jsonSchemaFor('agent'))];
    const missing = keys.filter((key) => !new RegExp(`\`(\\w+\\.)?${key}(:|\`)`).test(manual));
    expect(missing).to.deep.equal([]);
    for (const variable of [...VARIABLES, 'port.NAME', 'env.NAME']) expect(manual).to.contain(`\`\${${variable}}\``);
  });

  for (const [name, text] of Object.entries({ 'docs/configuration.md': manual, 'README.md': readme })) {
    for (const [index, [, block = '']] of [...text.matchAll(/```yaml\n([^]*?)```/g)].entries()) {
      it(`has a valid example: ${name}, number ${index + 1}`, () => {
        const section = parseForeignYaml(name, Buffer.from(block)).part('coredinator');
        if (section === null) hostConfig(parseYaml(name, Buffer.from(block)));
        else agentConfig(hostConfig(null), section);
      });
    }
  }
});
