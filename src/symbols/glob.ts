// Patterns for names: `*` any run of characters, `?` any one, `[a-z]` and `[!a-z]` classes, as in file names.

/** A test for names; a pattern without special characters matches itself only. */
export function globMatcher(pattern: string): (name: string) => boolean {
  if (!isGlob(pattern)) return (name) => name === pattern;
  const expression = new RegExp(`^${collapse(pattern).replace(token, translate)}$`, 's');
  return (name) => expression.test(name);
}

/** Whether the text has any special character. */
export function isGlob(text: string): boolean {
  return /[*?[]/.test(text);
}

const token = /\*|\?|\[(!|\^)?(\]?[^\]]*)\]|[\\^$.|+()[\]{}]/g;

// Runs of stars mean the same as one, but would make the search for a match exponential.
const collapse = (pattern: string): string => pattern.replace(/\*+/g, '*');

function translate(text: string, negation: string | undefined, members: string | undefined): string {
  if (text === '*') return '.*';
  if (text === '?') return '.';
  if (members) return `[${negation ? '^' : ''}${members.replace(/[\\\]^[]/g, '\\$&')}]`;
  return `\\${text}`;
}
