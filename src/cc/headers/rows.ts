// Reads tables of names written as C: one definition per line, each table with the file that its names come from.

/** One name: a macro's definition text (as after `#define`) or a declaration in C. */
export interface NameRow {
  readonly name: string;
  readonly text: string;
  /** File of the kernel, libbpf or BCC that defines the name. */
  readonly source: string;
}

/** Rows, made each time they are asked for: a process that compiles reads few of the tables. */
export type NameRows = Iterable<NameRow>;

/** Rows out of `#define` texts without the directive; a line that starts with a blank continues the one before. */
export function macros(source: string, text: string): NameRows {
  return {
    *[Symbol.iterator](): Generator<NameRow> {
      for (const [line, name = ''] of text.matchAll(/^(\w+).*(?:\n[ \t].*)*/gm))
        yield { name, text: line.replace(/\s*\n\s*/g, ' ').trim(), source };
    },
  };
}

/**
 * Rows out of declarations, each opened by a line `name:`; the C text follows, indented.
 * One text may declare several names: `name, other:`.
 */
export function declarations(source: string, text: string): NameRows {
  return {
    *[Symbol.iterator](): Generator<NameRow> {
      for (const [, names = '', body = ''] of text.matchAll(/^(\w[\w, ]*):(.*(?:\n(?:[ \t].*)?)*)/gm))
        for (const name of names.split(',')) yield { name: name.trim(), text: body.trim(), source };
    },
  };
}

/** Lines for `name1` to `nameN`: what a macro that counts its arguments dispatches to. */
export function nested(name: string, body: (n: number) => string, most = 12): string {
  return Array.from({ length: most }, (_, i) => `${name}${i + 1}${body(i + 1)}`).join('\n');
}
