// Which names a program declares itself, as a function, variable or enumerator: they win over macros of headers it may not have meant.

const comments = /\/\*[\s\S]*?\*\/|\/\/[^\n]*/g;
/** What starts a line with a word and has nothing but words and stars up to a mark. */
const starts = /^[A-Za-z_][\w\s*]{0,300}[(=;[]/gm;
const statements = /^(?:return|else|goto|case|do)\b/;
const enums = /\benum\b[\w\s]{0,100}\{([^{}]*)\}/g;

/** Names that a text declares outside of functions. */
export function ownDeclarations(text: string): ReadonlySet<string> {
  const plain = text.replace(comments, ' ');
  const names = new Set<string>();
  for (const { 0: start, index } of plain.matchAll(starts)) {
    const name = /[\s*](\w+)\s*[(=;[]$/.exec(start)?.[1];
    if (name === undefined || statements.test(start)) continue;
    if (!start.endsWith('(') || isDefinition(plain, index + start.length)) names.add(name);
  }
  for (const [, body = ''] of plain.matchAll(enums)) {
    for (const enumerator of body.split(',')) names.add(/^\s*(\w*)/.exec(enumerator)?.[1] ?? '');
  }
  return names;
}

/** Does a body follow the parameters? */
function isDefinition(text: string, from: number): boolean {
  return /^[^;{}]*\)\s*\{/.test(text.slice(from, from + 2000));
}
