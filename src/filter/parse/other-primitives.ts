// Primitives outside the pattern "qualifiers id": one handler per word that starts one.

import type { TokenKind } from '../lex/keywords.ts';
import { relationOperator } from './arithmetic.ts';
import type { FieldTest, Primitive } from './ast.ts';
import type { Cursor } from './cursor.ts';

/** Parses a primitive whose first token is the current one. */
export type PrimitiveParser = (cursor: Cursor, start: number) => Primitive;

const byteOperators = new Set(['&', '|', '<', '>', '=']);

/** The text of the current token; steps over it. */
function take(cursor: Cursor): string {
  const { text } = cursor;
  cursor.at++;
  return text;
}

function withNumber(kind: 'less' | 'greater' | 'ifindex'): PrimitiveParser {
  return (cursor, start) => {
    cursor.at++;
    return { kind, value: cursor.plainNumber('a number'), start, end: cursor.previousEnd };
  };
}

function alone(kind: 'inbound' | 'outbound' | 'pppoed'): PrimitiveParser {
  return (cursor, start) => {
    cursor.at++;
    return { kind, start, end: cursor.previousEnd };
  };
}

/** Whether a number, perhaps parenthesised, is here. */
function startsNumber(cursor: Cursor): boolean {
  return cursor.kind === 'number' || cursor.kind === '(';
}

function withOptionalNumber(kind: 'vlan' | 'mpls' | 'pppoes' | 'geneve'): PrimitiveParser {
  return (cursor, start) => {
    cursor.at++;
    const value = startsNumber(cursor) ? cursor.number('a number') : undefined;
    return { kind, value, start, end: cursor.previousEnd };
  };
}

function withType(kind: 'atm-type' | 'atm-multi' | 'mtp2'): PrimitiveParser {
  return (cursor, start) => ({ kind, type: take(cursor), start, end: cursor.previousEnd });
}

function fieldTest(cursor: Cursor): FieldTest {
  const operator = relationOperator(cursor.kind);
  if (!operator) return { operator: '=', value: cursor.plainNumber('a number or comparison') };
  cursor.at++;
  return { operator, value: cursor.plainNumber('a number') };
}

/** In a list there are plain numbers only. */
function plainTest(cursor: Cursor): FieldTest {
  return { operator: '=', value: cursor.plainNumber('a number') };
}

/** Comparisons stand without parentheses, one number or a list of numbers in one pair of them. */
function fieldTests(cursor: Cursor): FieldTest[] {
  if (!cursor.accept('(')) return [fieldTest(cursor)];
  const tests = [plainTest(cursor)];
  while (cursor.accept('or')) tests.push(plainTest(cursor));
  cursor.expect(')', '")" or "or"');
  return tests;
}

function withTests(kind: 'atm-field' | 'mtp3-field'): PrimitiveParser {
  return (cursor, start) => {
    const field = take(cursor);
    return { kind, field, tests: fieldTests(cursor), start, end: cursor.previousEnd };
  };
}

/** Handlers by the kind of the first token. */
export const otherPrimitives: Readonly<Partial<Record<TokenKind, PrimitiveParser>>> = {
  less: withNumber('less'),
  greater: withNumber('greater'),
  ifindex: withNumber('ifindex'),
  inbound: alone('inbound'),
  outbound: alone('outbound'),
  pppoed: alone('pppoed'),
  vlan: withOptionalNumber('vlan'),
  mpls: withOptionalNumber('mpls'),
  pppoes: withOptionalNumber('pppoes'),
  geneve: withOptionalNumber('geneve'),
  'atm-type': withType('atm-type'),
  'atm-multi': withType('atm-multi'),
  mtp2: withType('mtp2'),
  'atm-field': withTests('atm-field'),
  'mtp3-field': withTests('mtp3-field'),
  byte: (cursor, start) => {
    cursor.at++;
    const offset = cursor.plainNumber('an offset');
    if (!byteOperators.has(cursor.kind)) throw cursor.unexpected('one of & | < > =');
    const operator = take(cursor);
    return { kind: 'byte', offset, operator, value: cursor.plainNumber('a number'), start, end: cursor.previousEnd };
  },
  'pf-name': (cursor, start) => {
    const field = take(cursor);
    return { kind: 'pf-name', field, name: cursor.name('a name'), start, end: cursor.previousEnd };
  },
  'pf-action': (cursor, start) => {
    const field = take(cursor);
    return { kind: 'pf-action', field, name: cursor.name('pass, block, nat, ...'), start, end: cursor.previousEnd };
  },
  'pf-number': (cursor, start) => {
    const field = take(cursor);
    return { kind: 'pf-number', field, value: cursor.plainNumber('a rule number'), start, end: cursor.previousEnd };
  },
  'pf-reason': (cursor, start) => {
    cursor.at++;
    return { kind: 'pf-reason', reason: cursor.numberOrName('a reason'), start, end: cursor.previousEnd };
  },
  'wlan-type': (cursor, start) => {
    cursor.at++;
    const type = cursor.numberOrName('a frame type');
    const subtype = cursor.accept('wlan-subtype') ? cursor.numberOrName('a frame subtype') : undefined;
    return { kind: 'wlan-type', type, subtype, start, end: cursor.previousEnd };
  },
  'wlan-subtype': (cursor, start) => {
    cursor.at++;
    const subtype = cursor.name('a frame subtype');
    return { kind: 'wlan-type', type: undefined, subtype, start, end: cursor.previousEnd };
  },
  'wlan-dir': (cursor, start) => {
    cursor.at++;
    return { kind: 'wlan-dir', direction: cursor.numberOrName('a direction'), start, end: cursor.previousEnd };
  },
  llc: (cursor, start) => {
    cursor.at++;
    const hasType = cursor.kind === 'name' || (cursor.kind === 'pf-number' && cursor.text === 'rnr');
    return { kind: 'llc', type: hasType ? take(cursor) : undefined, start, end: cursor.previousEnd };
  },
};
