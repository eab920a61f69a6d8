import { expect } from 'chai';
import { Tail } from '../../../lib/probe/tail.ts';

const SECRET = 'hunter2-and-then-some';

function sentenceOf(text: string): string {
  const tail = new Tail();
  for (let at = 0; at < text.length; at += 1000) tail.take(Buffer.from(text.slice(at, at + 1000)));
  return tail.sentence({ KEY: SECRET });
}

describe('the tail of the output of a command', () => {
  it('is its last line, with names in place of values', () => {
    expect(sentenceOf(`one\nno access with ${SECRET}\n\n`)).to.equal(': no access with ${KEY}');
  });

  it('is empty if there was no output', () => {
    expect(sentenceOf('\n')).to.equal('');
  });

  it('shows no part of a value, wherever the output was cut', () => {
    for (let more = 0; more <= SECRET.length; more += 1) {
      const sentence = sentenceOf(`begin ${SECRET}${'.'.repeat(8 * 1024 - more)}`);
      expect(sentence, `${more} characters of it kept`).to.match(/^: \.+…$/);
    }
  });
});
