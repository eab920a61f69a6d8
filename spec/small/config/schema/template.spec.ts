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
  it('is filled in wherever a variable stands', () => {
    expect(filled('--id=${service_id}, ${config_stem}${config_stem}')).to.equal('--id=pump1-corerl, pump1pump1');
  });

  it('does not look again at what it filled in', () => {
    expect(filled('${config_path}')).to.equal('/etc/${agent_id}/$$.yaml');
  });

  it('writes a dollar as two, and leaves a dollar that means nothing alone', () => {
    expect(filled('$${config_stem} costs 5$, $HOME $1 $$$${config_stem} $$${config_stem}')).to.equal(
      '${config_stem} costs 5$, $HOME $1 $${config_stem} $pump1',
    );
  });

  it('has ports and variables of the environment by their names', () => {
    expect(filled('${port.http}/${env.TEMP(x86)}')).to.equal('7100/C:/t');
    expect(filled('${port.grpc}')).to.equal('absent port.grpc');
    expect(filled('${env.HOME}')).to.equal('absent env.HOME');
  });

  it('has a form that can be looked at before anything is known', () => {
    expect([hasVariables('$${x} $'), hasVariables('${port.http}')]).to.deep.equal([false, true]);
    expect(sampleOf('/a/${env.HOME}/$$')).to.equal('/a/x/$');
  });

  it('says which variable has no value', () => {
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

  it('has a problem with a brace that is never closed, and does not quote the text', () => {
    expect(templateProblem('secret${agent_id')).to.contain('without its "}"').and.not.contain('secret');
  });
});
