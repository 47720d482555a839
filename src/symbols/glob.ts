// Patterns for names: `*` any run of characters, `?` any one, `[a-z]` and `[!a-z]` classes, as in file names.

/** A test for names; a pattern without special characters matches itself only. */
export function globMatcher(pattern: string): (name: string) => boolean {
  if (!isGlob(pattern)) return (name) => name === pattern;
  const parts = parse(pattern);
  return (name) => matchParts(parts, name);
}

/** Whether the text has any special character. */
export function isGlob(text: string): boolean {
  return /[*?[]/.test(text);
}

/** What one character of a name must be; `any`: a run of any length. */
type Part = 'any' | ((character: string) => boolean);

const token = /\*+|\?|\[(!|\^)?(\]?[^\]]*)\]|./gs;

function parse(pattern: string): Part[] {
  return [...pattern.matchAll(token)].map(([text, negation, members]): Part => {
    if (text.startsWith('*')) return 'any';
    if (text === '?') return () => true;
    if (members) return classMatcher(members, negation !== undefined);
    return (character) => character === text;
  });
}

function classMatcher(members: string, negated: boolean): (character: string) => boolean {
  const ranges = [...members.matchAll(/(.)-(.)|(.)/gs)].map(([, from, to, one]) => [from ?? one, to ?? one] as const);
  return (character) => ranges.some(([from = '', to = '']) => from <= character && character <= to) !== negated;
}

// A mismatch goes back to the last star only: an earlier one could not do better. Time is at most pattern times name.
function matchParts(parts: readonly Part[], name: string): boolean {
  let part = 0;
  let star = -1;
  let starAt = 0;
  for (let at = 0; at < name.length; ) {
    const wanted = parts[part];
    if (wanted === 'any') {
      star = part++;
      starAt = at;
    } else if (wanted?.(name[at] ?? '')) {
      part++;
      at++;
    } else if (star >= 0) {
      part = star + 1;
      at = ++starAt;
    } else return false;
  }
  while (parts[part] === 'any') part++;
  return part === parts.length;
}
