// Constructs of BCC written as C with holes: parsed once, filled with the syntax trees of their operands.

import type { Declaration, Expression } from '../parse/types.ts';
import type { Span } from '../preprocess/types.ts';

/** Reads text of the compiler's own. */
export type ParseBuiltin = (text: string) => readonly Declaration[];

/** Templates of one compilation. A hole is an identifier that `operands` names. */
export class Templates {
  readonly #parse: ParseBuiltin;
  readonly #parsed = new Map<string, Expression>();

  constructor(parse: ParseBuiltin) {
    this.#parse = parse;
  }

  /** The expression `text` with every hole filled, standing at `span`. */
  fill(text: string, operands: ReadonlyMap<string, Expression>, span: Span): Expression {
    let tree = this.#parsed.get(text);
    if (!tree) {
      tree = this.#expression(text);
      this.#parsed.set(text, tree);
    }
    return substitute(tree, operands, span) as Expression;
  }

  #expression(text: string): Expression {
    const [declaration] = this.#parse(`static void template(void) { ${text}; }`);
    const body = declaration?.kind === 'variables' ? declaration.body : undefined;
    const statement = body?.kind === 'block' ? body.items[0] : undefined;
    if (statement?.kind !== 'expression') throw new TypeError(`not an expression: ${text}`);
    return statement.value;
  }
}

type Tree = Readonly<Record<string, unknown>>;

/** A copy of a syntax tree: spans replaced, holes filled. Bytes and numbers stay as they are. */
function substitute(node: unknown, operands: ReadonlyMap<string, Expression>, span: Span): unknown {
  if (Array.isArray(node)) return node.map((item) => substitute(item, operands, span));
  if (typeof node !== 'object' || node === null || node instanceof Uint8Array) return node;
  const tree = node as Tree;
  const operand = tree.kind === 'identifier' ? operands.get(tree.name as string) : undefined;
  if (operand) return operand;
  return Object.fromEntries(
    Object.entries(tree).map(([key, value]) => [key, /span$/i.test(key) ? span : substitute(value, operands, span)]),
  );
}
