// Tokens to expression: terms joined by and, or, not; ids that inherit their qualifiers.

import type { Tokens } from '../lex/lexer.ts';
import { problem } from '../problem.ts';
import { joinsArithmetic, parseArithmetic, relationOperator } from './arithmetic.ts';
import type { Direction, Expression, Id, IdType, Primitive, Qualifiers, RelationOperator } from './ast.ts';
import { Cursor } from './cursor.ts';
import { otherPrimitives } from './other-primitives.ts';

/** What a term leaves behind for the ids after it; undefined where they cannot inherit. */
type Inherited = Qualifiers | undefined;

interface Parsed {
  readonly expression: Expression;
  readonly qualifiers: Inherited;
}

const idKinds = new Set(['name', 'ipv4', 'ipv6', 'mac', 'arcnet']);

function primitive(node: Primitive): Expression {
  return { kind: 'primitive', primitive: node };
}

/** Whether what starts here, after `and`, `or` or `not`, is a bare id rather than a term. */
function startsId(cursor: Cursor): boolean {
  let at = cursor.at;
  const isParenthesis = cursor.kind === '(';
  if (isParenthesis && joinsArithmetic(cursor.kindAt((cursor.tokens.partners[at] as number) + 1))) return false;
  while (cursor.kindAt(at) === '(' || cursor.kindAt(at) === 'not') at++;
  const kind = cursor.kindAt(at);
  if (idKinds.has(kind)) return true;
  if (kind !== 'number') return false;
  at++;
  while (cursor.kindAt(at) === ')' && (cursor.tokens.partners[at] as number) >= cursor.at) at++;
  return !joinsArithmetic(cursor.kindAt(at));
}

function parseBareId(cursor: Cursor): Id {
  const { start, text } = cursor;
  const kind = cursor.kind;
  if (kind === 'number' || kind === '(') {
    const value = cursor.number('a name, number or address');
    return { form: 'number', value, start, end: cursor.previousEnd };
  }
  if (!idKinds.has(kind)) throw cursor.unexpected('a name, number or address');
  cursor.at++;
  if (kind === 'ipv4' || kind === 'ipv6') return parseAddress(cursor, kind, text, start);
  const end = cursor.previousEnd;
  if (kind === 'mac') return { form: 'mac', address: text, start, end };
  if (kind === 'arcnet') return { form: 'arcnet', address: Number.parseInt(text, 16), start, end };
  return { form: 'name', name: text, start, end };
}

function parseAddress(cursor: Cursor, kind: 'ipv4' | 'ipv6', address: string, start: number): Id {
  if (cursor.accept('/')) {
    const length = cursor.plainNumber('a prefix length');
    return { form: kind, address, length, start, end: cursor.previousEnd };
  }
  if (kind === 'ipv6') return { form: 'ipv6', address, length: undefined, start, end: cursor.previousEnd };
  if (cursor.accept('mask')) {
    const mask = cursor.text;
    cursor.expect('ipv4', 'a netmask');
    return { form: 'ipv4', address, mask, start, end: cursor.previousEnd };
  }
  return { form: 'ipv4', address, start, end: cursor.previousEnd };
}

function idPrimitive(cursor: Cursor, qualifiers: Inherited, start: number): Expression {
  const at = cursor.at;
  const id = parseBareId(cursor);
  if (!qualifiers)
    throw problem(
      cursor.span(at),
      'no-qualifier',
      'nothing says what this is',
      'put a word before it: host, net, port, proto, ...',
    );
  return primitive({ kind: 'id', qualifiers, id, start, end: id.end });
}

/** An id, a negated id or a parenthesised list of ids, after a head or in its inheritance. */
function parseId(cursor: Cursor, qualifiers: Inherited, start = cursor.start): Expression {
  if (cursor.kind === 'not') {
    cursor.at++;
    cursor.enter();
    const operand = parseId(cursor, qualifiers);
    cursor.leave();
    return { kind: 'not', operand };
  }
  if (cursor.kind === '(' && !isParenthesisedNumber(cursor)) {
    cursor.at++;
    cursor.enter();
    const list = parseIdList(cursor, qualifiers);
    cursor.leave();
    cursor.expect(')', '")", "and" or "or"');
    return list;
  }
  return idPrimitive(cursor, qualifiers, start);
}

/** Whether there is nothing but a number in the parentheses that begin here. */
function isParenthesisedNumber(cursor: Cursor): boolean {
  let at = cursor.at;
  while (cursor.kindAt(at) === '(') at++;
  return cursor.kindAt(at) === 'number' && cursor.tokens.partners[cursor.at] === 2 * at - cursor.at;
}

function parseIdList(cursor: Cursor, qualifiers: Inherited): Expression {
  // A list in parentheses never starts with another list: the language has no such form.
  if (cursor.kind === '(' && !isParenthesisedNumber(cursor)) throw cursor.unexpected('a name, number or address');
  const first = parseId(cursor, qualifiers);
  const rest: { operator: 'and' | 'or'; operand: Expression }[] = [];
  while (cursor.kind === 'and' || cursor.kind === 'or') {
    const operator = cursor.kind;
    cursor.at++;
    rest.push({ operator, operand: parseId(cursor, qualifiers) });
  }
  return rest.length === 0 ? first : { kind: 'chain', first, rest };
}

function parseDirection(cursor: Cursor): Direction {
  const first = cursor.kind;
  if (first === 'wlan-address') {
    const word = cursor.text as Direction;
    cursor.at++;
    return word;
  }
  if (first !== 'src' && first !== 'dst') return 'default';
  cursor.at++;
  const joined = cursor.kind;
  const second = cursor.kindAt(cursor.at + 1);
  const isPair = (second === 'src' || second === 'dst') && second !== first;
  if ((joined === 'or' || joined === 'and') && isPair) {
    cursor.at += 2;
    return `src ${joined} dst`;
  }
  return first;
}

/** The qualifiers of a head, or undefined where none starts here; the protocol word is already read. */
function parseHead(cursor: Cursor, protocol: string): Qualifiers | undefined {
  const kind = cursor.kind;
  if (kind === 'proto' || kind === 'protochain' || kind === 'gateway') {
    cursor.at++;
    return { protocol, direction: 'default', type: kind };
  }
  const direction = parseDirection(cursor);
  if (cursor.kind === 'type') {
    const type = cursor.text as IdType;
    cursor.at++;
    return { protocol, direction, type };
  }
  return direction === 'default' ? undefined : { protocol, direction, type: 'default' };
}

function parseRelation(cursor: Cursor): Parsed {
  const start = cursor.start;
  const left = parseArithmetic(cursor, 0);
  const operator = relationOperator(cursor.kind) as RelationOperator;
  if (!operator) throw cursor.unexpected('a comparison');
  cursor.at++;
  const right = parseArithmetic(cursor, 0);
  return {
    expression: primitive({ kind: 'relation', operator, left, right, start, end: right.end }),
    qualifiers: undefined,
  };
}

function parseParenthesis(cursor: Cursor, inherited: Inherited): Parsed {
  if (joinsArithmetic(cursor.kindAt((cursor.tokens.partners[cursor.at] as number) + 1))) return parseRelation(cursor);
  cursor.at++;
  cursor.enter();
  const { expression } = parseExpression(cursor, inherited);
  cursor.leave();
  cursor.expect(')', '")", "and" or "or"');
  return { expression, qualifiers: inherited };
}

function parseProtocol(cursor: Cursor): Parsed {
  const start = cursor.start;
  if (cursor.kindAt(cursor.at + 1) === '[') return parseRelation(cursor);
  const protocol = cursor.text;
  cursor.at++;
  return parseQualified(cursor, protocol, start) ?? abbreviation(cursor, protocol, start);
}

function abbreviation(cursor: Cursor, protocol: string, start: number): Parsed {
  const expression = primitive({ kind: 'abbreviation', protocol, start, end: cursor.previousEnd });
  return { expression, qualifiers: undefined };
}

/** What may follow a protocol word or stand without one: broadcast and the like, or a head with its id. */
function parseQualified(cursor: Cursor, protocol: string, start: number): Parsed | undefined {
  const kind = cursor.kind;
  if (kind === 'broadcast' || kind === 'multicast') {
    cursor.at++;
    return { expression: primitive({ kind, protocol, start, end: cursor.previousEnd }), qualifiers: undefined };
  }
  if (kind === 'wlan-type' || kind === 'wlan-subtype' || kind === 'wlan-dir') {
    const handler = otherPrimitives[kind];
    const at = cursor.at;
    if (handler)
      return { expression: primitive(handler(cursor, cursor.tokens.starts[at] as number)), qualifiers: undefined };
  }
  const qualifiers = parseHead(cursor, protocol);
  if (!qualifiers) return undefined;
  return { expression: parseId(cursor, qualifiers, start), qualifiers };
}

function parseTerm(cursor: Cursor, inherited: Inherited): Parsed {
  const { start, kind } = cursor;
  if (kind === 'not') {
    cursor.at++;
    cursor.enter();
    const { expression, qualifiers } = parseTerm(cursor, inherited);
    cursor.leave();
    return { expression: { kind: 'not', operand: expression }, qualifiers };
  }
  if (kind === '(') return parseParenthesis(cursor, inherited);
  if (kind === 'protocol') return parseProtocol(cursor);
  if (kind === 'number' || kind === 'len' || kind === '-') return parseRelation(cursor);
  const qualified = parseQualified(cursor, 'default', start);
  if (qualified) return qualified;
  const handler = otherPrimitives[kind];
  if (!handler) throw cursor.unexpected('a primitive');
  return { expression: primitive(handler(cursor, start)), qualifiers: undefined };
}

function parseExpression(cursor: Cursor, inherited: Inherited): Parsed {
  const first = parseTerm(cursor, inherited);
  const rest: { operator: 'and' | 'or'; operand: Expression }[] = [];
  let { qualifiers } = first;
  while (cursor.kind === 'and' || cursor.kind === 'or') {
    const operator = cursor.kind;
    cursor.at++;
    if (startsId(cursor)) {
      rest.push({ operator, operand: parseId(cursor, qualifiers) });
      continue;
    }
    const term = parseTerm(cursor, qualifiers);
    rest.push({ operator, operand: term.expression });
    qualifiers = term.qualifiers;
  }
  const expression: Expression =
    rest.length === 0 ? first.expression : { kind: 'chain', first: first.expression, rest };
  return { expression, qualifiers };
}

/**
 * Parses a whole expression; undefined for an empty one, which every packet matches.
 * @throws SourceError where the text is not in the language.
 */
export function parseTokens(tokens: Tokens): Expression | undefined {
  const cursor = new Cursor(tokens);
  if (cursor.kind === 'end') return undefined;
  const { expression } = parseExpression(cursor, undefined);
  cursor.expect('end', '"and", "or" or the end');
  return expression;
}
