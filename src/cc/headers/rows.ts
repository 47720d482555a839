// Parts of tables of names, written as C: one definition per line, each part with the file that its names come from.

/** Part of a table, read when a name is first looked up in it. */
export interface NameRows {
  /** File of the kernel, libbpf or BCC that defines the names. */
  readonly source: string;
  readonly text: () => string;
}

/** Macros as after `#define`; a line that starts with a blank continues the one before. */
export interface MacroRows extends NameRows {
  readonly kind: 'macros';
}

/** Declarations, each opened by a line of the names it declares, `name:` or `name, other:`; the C text follows, indented. */
export interface DeclarationRows extends NameRows {
  readonly kind: 'declarations';
}

/** Definitions of functions, each starting a line; a line that starts with a blank continues the one before. */
export interface FunctionRows extends NameRows {
  readonly kind: 'functions';
}

/** @param text put together only when it is needed, if it is a function */
export function macros(source: string, text: string | (() => string)): MacroRows {
  return { kind: 'macros', source, text: typeof text === 'string' ? (): string => text : text };
}

/** @param text put together only when it is needed, if it is a function */
export function declarations(source: string, text: string | (() => string)): DeclarationRows {
  return { kind: 'declarations', source, text: typeof text === 'string' ? (): string => text : text };
}

/** Inline functions, without `static inline`. */
export function inlineFunctions(source: string, text: string): FunctionRows {
  return { kind: 'functions', source, text: (): string => text };
}

/** Lines for `name1` to `nameN`: what a macro that counts its arguments dispatches to. */
export function nested(name: string, body: (n: number) => string, most = 12): string {
  return Array.from({ length: most }, (_, i) => `${name}${i + 1}${body(i + 1)}`).join('\n');
}
