import { expect, test } from 'vitest';
import { keywordAt, keywords } from './keywords.ts';

test('every keyword is found inside a text, and nothing longer or shorter', () => {
  for (const [word, { kind, value }] of keywords) {
    const text = `(${word}x`;
    expect(keywordAt(text, 1, 1 + word.length)).toMatchObject({ kind, value });
    expect(keywordAt(text, 1, 2 + word.length)).toEqual(keywords.get(`${word}x`) && expect.anything());
    const shorter = keywords.get(word.slice(0, -1));
    expect(keywordAt(text, 1, word.length)).toEqual(shorter && expect.objectContaining(shorter));
  }
});
