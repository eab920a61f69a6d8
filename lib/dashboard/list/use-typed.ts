import { useRef } from 'react';
import type { KeyboardEvent } from 'react';

/** How long after a letter the next one still belongs to the same word. */
const SAME_WORD_MS = 700;

/** Returns the word being typed, including the letter of this event. */
export function useTyped(): (event: KeyboardEvent) => string {
  const word = useRef({ text: '', at: -Infinity });
  return ({ key, timeStamp }) => {
    const isSame = timeStamp - word.current.at < SAME_WORD_MS;
    word.current = { text: isSame ? word.current.text + key : key, at: timeStamp };
    return word.current.text;
  };
}
