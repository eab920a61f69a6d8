import { expect } from 'chai';
import { withoutValues } from '../../../lib/model/values/redaction.ts';

describe('a text without the values of an environment', () => {
  it('has their names instead, wherever they stand', () => {
    const env = { API_KEY: 'hunter2!', OTHER: 'not there' };
    expect(withoutValues('curl -H hunter2!: http://x/hunter2!', env)).to.equal(
      'curl -H ${API_KEY}: http://x/${API_KEY}',
    );
  });

  it('hides the longest of values that hold each other whole', () => {
    const env = { USER_NAME: 'secret', DSN: 'pg://secret@db' };
    expect(withoutValues('no route to pg://secret@db for secret', env)).to.equal('no route to ${DSN} for ${USER_NAME}');
  });

  it('takes values as they are, not as patterns', () => {
    expect(withoutValues('a $& .*+? b', { K: '$& .*+?' })).to.equal('a ${K} b');
  });

  it('hides each line of a value with several, because output is read by lines', () => {
    const env = { KEY: '-----BEGIN-----\nMIIBVQIBADANBg\n-----END-----' };
    expect(withoutValues('found MIIBVQIBADANBg', env)).to.equal('found ${KEY}');
    expect(withoutValues(`found ${env.KEY}.`, env)).to.equal('found ${KEY}.');
  });

  it('leaves short values and what everybody knows', () => {
    const env = { PORT: '7100', EMPTY: '', HOME: '/home/plant', PATH: '/usr/bin', LC_ALL: 'C.UTF-8' };
    const text = 'port 7100 below /home/plant with /usr/bin and C.UTF-8';
    expect(withoutValues(text, env)).to.equal(text);
  });

  it('hides the credentials of npm, not its settings', () => {
    const env = { npm_config__authToken: 'npm-secret', npm_config_prefix: '/usr/local' };
    expect(withoutValues('npm-secret in /usr/local', env)).to.equal('${npm_config__authToken} in /usr/local');
  });
});
