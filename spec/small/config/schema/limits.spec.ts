import { expect } from 'chai';
import { hostConfig } from '../../../../lib/config/effective.ts';
import { limitsSpec } from '../../../../lib/config/schema/limits-schema.ts';
import { parseYaml } from '../../../../lib/config/yaml/yaml-source.ts';
import { ConfigInvalidError } from '../../../../lib/model/errors.ts';
import { serviceSpec as specSchema } from '../../../../lib/model/spec-schema.ts';
import { NO_LIMITS, type ResourceLimits } from '../../../../lib/model/values/limits.ts';
import { serviceSpec } from '../../../support/actors/specs.ts';

function load(limits: string, service = ''): ReturnType<typeof hostConfig> {
  const text = `kinds: { coretelemetry: { limits: ${limits} } }\nservices: { t: { kind: coretelemetry${service} } }`;
  return hostConfig(parseYaml('/plant/coredinator.yaml', new TextEncoder().encode(text)));
}

/** The limits of the service `t`. */
function limitsOf(limits: string, service = ''): ResourceLimits {
  return limitsSpec(load(limits, service).services.get('t')!.kind.limits);
}

function problemOf(limits: string): string {
  try {
    load(limits);
  } catch (error) {
    if (!(error instanceof ConfigInvalidError)) throw error;
    const [issue] = error.issues;
    return `${String(issue?.path)} ${String(issue?.message)}`;
  }
  throw new Error('The configuration was accepted.');
}

describe('the limits of a kind', () => {
  it('are empty by default', () => {
    expect(limitsOf('{}')).to.deep.equal(NO_LIMITS);
  });

  it('are numbers, sizes in bytes, or unlimited', () => {
    expect(limitsOf('{ open_files: 4096, processes: 0, core_size: 0, address_space: 512MiB }')).to.deep.equal({
      openFiles: 4_096,
      processes: 0,
      coreSize: 0,
      addressSpace: 512 * 1024 * 1024,
    });
    const unlimited = 'open_files: unlimited, processes: unlimited, core_size: unlimited, address_space: unlimited';
    expect(new Set(Object.values(limitsOf(`{ ${unlimited} }`)))).to.deep.equal(new Set(['unlimited']));
    expect(limitsOf('{ core_size: 1KiB }')).to.deep.equal({ ...NO_LIMITS, coreSize: 1_024 });
  });

  it('are overridden one by one', () => {
    const limits = limitsOf('{ open_files: 64, core_size: 0 }', ', limits: { open_files: 128 }');
    expect(limits).to.deep.equal({ ...NO_LIMITS, openFiles: 128, coreSize: 0 });
  });

  const count = 'must be a whole number of at least';
  const rows: readonly (readonly [limits: string, problem: string])[] = [
    ['{ open_files: 3 }', 'open_files must be at least 4'],
    ['{ open_files: 1.5 }', `open_files ${count} 4, or unlimited`],
    ['{ open_files: "64" }', `open_files ${count} 4, or unlimited`],
    ['{ open_files: infinity }', `open_files ${count} 4, or unlimited`],
    ['{ open_files: 4294967296 }', 'open_files must be at most 2147483647'],
    ['{ processes: -1 }', 'processes must be at least 0'],
    ['{ processes: few }', `processes ${count} 0, or unlimited`],
    ['{ core_size: 512 }', 'core_size must be a size such as 512MiB, 0 or unlimited'],
    ['{ core_size: 512MB }', 'core_size must be a size such as 512MiB, 0 or unlimited'],
    ['{ core_size: 999999GiB }', 'core_size must be a size such as 512MiB, 0 or unlimited'],
    ['{ address_space: 0 }', 'address_space must be a size of at least 1MiB such as 512MiB, or unlimited'],
    ['{ address_space: 4KiB }', 'address_space must be a size of at least 1MiB such as 512MiB, or unlimited'],
    ['{ address_space: }', 'address_space must be a size of at least 1MiB such as 512MiB, or unlimited'],
    ['{ open_file: 64 }', 'open_file is an unknown key; the nearest known key is "open_files"'],
  ];
  for (const [limits, problem] of rows) {
    it(`are rejected as ${limits}`, () => {
      expect(problemOf(limits)).to.equal(`kinds.coretelemetry.limits.${problem}`);
    });
  }
});

describe('a stored service from before there were limits', () => {
  it('has none', () => {
    const { limits, ...earlier } = serviceSpec('pump');
    expect(specSchema.parse(earlier).limits).to.deep.equal(limits).and.to.deep.equal(NO_LIMITS);
  });
});
