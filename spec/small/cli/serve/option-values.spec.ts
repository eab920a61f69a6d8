import { expect } from 'chai';
import type { RawOption } from '../../../../lib/cli/serve/flags.ts';
import {
  engineName,
  hostNames,
  logLevel,
  onExit,
  OptionError,
  origins,
  portNumber,
  orphans,
} from '../../../../lib/cli/serve/option-values.ts';

function given(text: string): RawOption {
  return { values: [text], source: '--it' };
}

const READERS = { portNumber, onExit, orphans, engineName, logLevel, hostNames, origins } as const;

const GOOD: readonly (readonly [keyof typeof READERS, string, unknown])[] = [
  ['portNumber', '0', 0],
  ['portNumber', '65535', 65_535],
  ['onExit', 'drain', 'drain'],
  ['onExit', 'detach', 'detach'],
  ['orphans', 'adopt', 'adopt'],
  ['orphans', 'kill', 'kill'],
  ['orphans', 'report', 'report'],
  ['engineName', 'local', 'local'],
  ['engineName', 'kubernetes', 'kubernetes'],
  ['logLevel', 'trace', 'trace'],
  ['logLevel', 'error', 'error'],
  ['hostNames', 'plant.example', ['plant.example']],
  ['hostNames', '10.0.0.7', ['10.0.0.7']],
  ['hostNames', 'fd00::1', ['fd00::1']],
  ['hostNames', '[fd00::1]', ['[fd00::1]']],
  ['origins', 'https://plant.example', ['https://plant.example']],
  ['origins', 'http://localhost:5173', ['http://localhost:5173']],
];

const BAD: readonly (readonly [keyof typeof READERS, string])[] = [
  ...['65536', '-1', '', 'http', '8e3', '0x10', '80.5', ' 80', '999999'].map((text) => ['portNumber', text] as const),
  ...['stop', 'Drain', ''].map((text) => ['onExit', text] as const),
  ...['ignore', 'Adopt', ''].map((text) => ['orphans', text] as const),
  ...['docker', 'Local', ''].map((text) => ['engineName', text] as const),
  ...['loud', 'INFO', 'fatal'].map((text) => ['logLevel', text] as const),
  ...['plant.example:80', 'http://plant', '*', 'a b', 'a/b', '-a'].map((text) => ['hostNames', text] as const),
  ...['*', 'plant.example', 'https://plant.example/', 'https://plant.example:443', 'ftp://x', 'null'].map(
    (text) => ['origins', text] as const,
  ),
];

describe('the value of an option', () => {
  for (const [reader, text, value] of GOOD) {
    it(`"${text}" is accepted by ${reader}`, () => {
      expect(READERS[reader](given(text))).to.deep.equal(value);
    });
  }

  for (const [reader, text] of BAD) {
    it(`"${text}" is rejected by ${reader}, with the option, the value and what to use`, () => {
      expect(() => READERS[reader](given(text)))
        .to.throw(OptionError)
        .with.property('message')
        .that.matches(/^--it: .*; use /)
        .and.contains(`"${text}"`);
    });
  }
});
