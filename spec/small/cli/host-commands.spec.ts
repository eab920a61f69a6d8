import { expect } from 'chai';
import { hostLocation } from '../../../lib/cli/host/connection.ts';
import { runCommand } from '../../support/command.ts';

describe('the location of a host', () => {
  it('is the URL from the command line, else from the environment, else the default', () => {
    const env = { COREDINATOR_URL: 'http://10.0.0.1:9000' };
    expect(hostLocation({ url: 'https://plant.example/' }, env)()).to.deep.equal({
      url: 'https://plant.example',
      isLocal: false,
      source: 'url',
    });
    expect(hostLocation({}, env)().url).to.equal('http://10.0.0.1:9000');
    expect(hostLocation({}, { COREDINATOR_URL: ' ' })().url).to.equal('http://127.0.0.1:8000');
  });

  it('is on this machine for loopback addresses and sockets', () => {
    const isLocal = (url: string): boolean => hostLocation({ url }, {})().isLocal;
    for (const url of ['http://localhost:1', 'http://127.8.0.1', 'https://[::1]:2', 'unix:/run/c.sock']) {
      expect(isLocal(url), url).to.equal(true);
    }
    for (const url of ['http://127.example', 'http://192.168.0.1', 'https://localhost.example']) {
      expect(isLocal(url), url).to.equal(false);
    }
    expect(hostLocation({ url: 'unix:/run/c.sock' }, {})()).to.include({
      url: 'unix:/run/c.sock',
    });
  });

  for (const [url, says] of [
    ['plant', '"plant" is not the URL of a host'],
    ['ftp://plant', '"ftp://plant" is not the URL of a host'],
    ['http://plant/api', 'has a path; use only http://plant'],
    ['http://u:secret@plant', 'put the token into a --token-file'],
  ] as const) {
    it(`is rejected if the URL is invalid: ${url}`, async () => {
      const { code, errors } = await runCommand(['health', '--url', url]);
      expect(code).to.equal(2);
      expect(errors).to.include(`--url: `).and.to.include(says).and.not.to.include('secret');
    });
  }
});

describe('the arguments of commands to a host', () => {
  for (const [words, says] of [
    [['agents'], 'Usage: coredinator agents'],
    [['agents', 'start'], "missing required argument 'file'"],
    [['agents', 'start', 'a.yaml', '--timeout', 'soon'], '--timeout: "soon" is not a duration such as 250ms'],
    [['services', 'logs', 'x', '-n', 'many'], 'Use a whole number from 0 to 1000000.'],
    [['services', 'list', '--state', 'up'], 'Allowed choices are stopped, starting'],
    [['top', '--interval', '1ms'], '--interval: "1ms" is too short; use at least 100ms.'],
    [['top', '--sort', 'size'], 'Allowed choices are attention, state'],
    [['shutdown', '--drain', '--detach'], "'--drain' cannot be used with option '--detach'"],
    [['agents', 'lst'], '(Did you mean list?)\n`coredinator agents --help` lists all commands.'],
    [['agents', 'list', 'x'], '`coredinator agents list --help` shows the usage.'],
    [['help', 'agnts'], "unknown command 'agnts'\n(Did you mean agents?)"],
    [['services', 'strt', '--help'], "unknown command 'strt'"],
    [['events', '--since'], "option '--since <when>' argument missing"],
    [['health', '--token', 'secret'], "unknown option '--token'"],
  ] as const) {
    it(`end with 2 and say why they are invalid: ${words.join(' ')}`, async () => {
      const { code, output, errors } = await runCommand(words);
      expect({ code, output }).to.deep.equal({ code: 2, output: '' });
      expect(errors).to.include(says);
    });
  }
});
