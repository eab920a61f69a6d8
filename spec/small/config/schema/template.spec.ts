import { expect } from 'chai';
import { fillTemplate, hasVariables, sampleOf, templateProblem } from '../../../../lib/config/schema/template.ts';

const VALUES = new Map([
  ['config_path', '/etc/${agent_id}/$$.yaml'],
  ['config_stem', 'pump1'],
  ['service_id', 'pump1-corerl'],
  ['port.http', '7100'],
  ['env.TEMP(x86)', 'C:/t'],
]);

function filled(template: string): string {
  const result = fillTemplate(template, (variable) => VALUES.get(variable));
  return result.type === 'filled' ? result.text : `absent ${result.variable}`;
}

describe('a template', () => {
  it('is filled in at every variable', () => {
    expect(filled('--id=${service_id}, ${config_stem}${config_stem}')).to.equal('--id=pump1-corerl, pump1pump1');
  });

  it('does not process inserted values again', () => {
    expect(filled('${config_path}')).to.equal('/etc/${agent_id}/$$.yaml');
  });

  it('has two dollar signs for a literal one, and keeps a meaningless dollar sign', () => {
    expect(filled('$${config_stem} costs 5$, $HOME $1 $$$${config_stem} $$${config_stem}')).to.equal(
      '${config_stem} costs 5$, $HOME $1 $${config_stem} $pump1',
    );
  });

  it('has named ports and environment variables', () => {
    expect(filled('${port.http}/${env.TEMP(x86)}')).to.equal('7100/C:/t');
    expect(filled('${port.grpc}')).to.equal('absent port.grpc');
    expect(filled('${env.HOME}')).to.equal('absent env.HOME');
  });

  it('has an example form before any value is known', () => {
    expect([hasVariables('$${x} $'), hasVariables('${port.http}')]).to.deep.equal([false, true]);
    expect(sampleOf('/a/${env.HOME}/$$')).to.equal('/a/x/$');
  });

  it('reports which variable has no value', () => {
    expect(filled('${config_stem} ${agent_id}')).to.equal('absent agent_id');
  });

  it('has no problem with known variables and literal dollars', () => {
    expect(templateProblem('${config_path} ${config_stem} ${agent_id} ${service_id} $${x} $x $')).to.be.null;
  });

  for (const name of [
    'x',
    '',
    'CONFIG_PATH',
    ' agent_id',
    'constructor',
    'port.',
    'port',
    'port.a b',
    'env.',
    'env',
    'envs.X',
    'env.a=b',
  ]) {
    it(`has a problem with the variable "${name}"`, () => {
      expect(templateProblem(`a\${${name}}b`)).to.contain(`unknown variable "\${${name}}"`);
    });
  }

  it('has a problem with an unclosed brace, and does not quote the text', () => {
    expect(templateProblem('secret${agent_id')).to.contain('without its "}"').and.not.contain('secret');
  });
});
