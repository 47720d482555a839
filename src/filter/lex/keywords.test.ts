import { expect, test } from 'vitest';
import { keywordAt, keywords } from './keywords.ts';

test('every keyword is found inside a text, and nothing longer or shorter', () => {
  const all = keywords();
  expect(new Set(all).size).toBe(all.length);
  for (const word of all) {
    const text = `(${word}x`;
    const end = 1 + word.length;
    expect(keywordAt(text, 1, end)).toMatchObject({ word });
    expect(keywordAt(text, 1, end + 1) !== undefined).toBe(all.includes(`${word}x`));
    expect(keywordAt(text, 1, end - 1) !== undefined).toBe(all.includes(word.slice(0, -1)));
  }
});
