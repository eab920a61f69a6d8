import { expect } from 'chai';
import { accessSync, constants, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import semver from 'semver';
import { parseDocument } from 'yaml';
import { z } from 'zod';

const root = join(import.meta.dirname, '../../..');
const files = readdirSync(join(root, '.github'), { recursive: true, encoding: 'utf8' }).sort();
const yamlFiles = files.filter((name) => /\.ya?ml$/.test(name));

function read(name: string): unknown {
  const document = parseDocument(readFileSync(join(root, '.github', name), 'utf8'));
  expect([...document.errors, ...document.warnings].map(String)).to.deep.equal([]);
  return document.toJS();
}

/** As far as our forms go: GitHub refuses a form with a field that it does not know, or with an id that is given twice. */
const formSchema = z.strictObject({
  name: z.string().min(1),
  description: z.string().min(1),
  labels: z.array(z.string()),
  body: z
    .array(
      z.discriminatedUnion('type', [
        z.strictObject({ type: z.literal('markdown'), attributes: z.strictObject({ value: z.string().min(1) }) }),
        z.strictObject({
          type: z.literal('textarea'),
          id: z.string().regex(/^[\w-]+$/),
          attributes: z.strictObject({
            label: z.string().min(1),
            description: z.string().optional(),
            render: z.string().optional(),
          }),
          validations: z.strictObject({ required: z.boolean() }).optional(),
        }),
      ]),
    )
    .refine((fields) => fields.some(({ type }) => type !== 'markdown'), 'asks nothing')
    .refine((fields) => {
      const ids = fields.flatMap((field) => ('id' in field ? [field.id] : []));
      return new Set(ids).size === ids.length;
    }, 'has an id twice'),
});

const workflowSchema = z.looseObject({
  jobs: z.record(
    z.string(),
    z.looseObject({
      'runs-on': z.string(),
      'timeout-minutes': z.number(),
      strategy: z.looseObject({ matrix: z.strictObject({ node: z.array(z.number()) }) }),
      steps: z.array(
        z.union([
          z.strictObject({ uses: z.string().regex(/@v\d+$/), with: z.record(z.string(), z.unknown()).optional() }),
          z.strictObject({ run: z.string() }),
        ]),
      ),
    }),
  ),
});

describe('what a hosting site reads', () => {
  for (const name of yamlFiles) {
    it(`is YAML without a fault: .github/${name}`, () => {
      expect(read(name)).to.be.an('object');
    });
  }

  for (const name of yamlFiles.filter((one) => /ISSUE_TEMPLATE\/(?!config\.)/.test(one))) {
    it(`is a form that asks something: .github/${name}`, () => {
      expect(formSchema.safeParse(read(name)).error?.message).to.equal(undefined);
    });
  }

  it('has a form for bugs and one for features, and a template for changes', () => {
    expect(files).to.include.members([
      'ISSUE_TEMPLATE/bug.yml',
      'ISSUE_TEMPLATE/feature.yml',
      'pull_request_template.md',
    ]);
  });

  it('runs the one command of the integration on every version of Node that we support', () => {
    const { jobs } = workflowSchema.parse(read('workflows/ci.yml'));
    const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { engines: { node: string } }; // our own manifest
    const [job] = Object.values(jobs);
    const versions = job?.strategy.matrix.node ?? [];
    expect(versions).to.deep.equal([20, 22, 24]);
    for (const version of versions) expect(semver.intersects(`${version}.x`, engines.node)).to.equal(true);
    expect(semver.minVersion(engines.node)?.major).to.equal(Math.min(...versions));
    const commands = job?.steps.flatMap((step) => ('run' in step ? [step.run] : []));
    expect(commands).to.deep.equal(['.ci/run']);
    accessSync(join(root, '.ci/run'), constants.X_OK);
  });

  it('describes a container with a Node that we support, and the port of the demo', () => {
    const text = readFileSync(join(root, '.devcontainer/devcontainer.json'), 'utf8');
    const container = JSON.parse(text) as { image: string; forwardPorts: number[]; postCreateCommand: string }; // written by us
    expect(container).to.deep.include({ forwardPorts: [8000], postCreateCommand: 'npm ci' });
    expect(container.image).to.match(/^node:22\b/);
    expect(readFileSync(join(root, 'scripts/demo.js'), 'utf8')).to.contain("?? '8000'");
  });

  it('finds how to contribute and how to report a weakness', () => {
    for (const name of ['CONTRIBUTING.md', 'SECURITY.md', 'LICENSE', 'README.md', 'CHANGELOG.md'])
      expect(existsSync(join(root, name)), name).to.equal(true);
  });
});
