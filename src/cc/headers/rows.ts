// Reads tables of names written as C: one definition per line, each table with the file that its names come from.

/** One name: a macro's definition text (as after `#define`) or a declaration in C. */
export interface NameRow {
  readonly name: string;
  readonly text: string;
  /** File of the kernel, libbpf or BCC that defines the name. */
  readonly source: string;
}

/** Rows out of `#define` texts without the directive; a line that starts with a blank continues the one before. */
export function macros(source: string, text: string): NameRow[] {
  return logicalLines(text).map((line) => ({ name: /^\w+/.exec(line)?.[0] ?? '', text: line, source }));
}

/**
 * Rows out of declarations, each opened by a line `name:` or `struct tag:`; the C text follows, indented.
 * One text may declare several names: `name, other:`.
 */
export function declarations(source: string, text: string): NameRow[] {
  const rows: NameRow[] = [];
  for (const block of text.split(/\n(?=\S)/)) {
    const heading = /^\s*([\w, ]+):\s*\n?([\s\S]*)$/.exec(block);
    if (!heading) continue;
    const [, names = '', body = ''] = heading;
    for (const name of names.split(',')) rows.push({ name: name.trim(), text: body.trim(), source });
  }
  return rows;
}

/** Lines for `name1` to `nameN`: what a macro that counts its arguments dispatches to. */
export function nested(name: string, body: (n: number) => string, most = 12): string {
  return Array.from({ length: most }, (_, i) => `${name}${i + 1}${body(i + 1)}`).join('\n');
}

function logicalLines(text: string): string[] {
  const lines: string[] = [];
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    if (/^\s/.test(line) && lines.length > 0) lines[lines.length - 1] += ` ${line.trim()}`;
    else lines.push(line.trim());
  }
  return lines;
}
