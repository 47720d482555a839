// Expression to formula: one handler per kind of primitive.

import { and, type Formula, not, or, TRUE } from '../ir/formula.ts';
import { AND, ADD, NO_BASE } from '../ir/values.ts';
import type { Expression, Primitive, PrimitiveOf } from '../parse/ast.ts';
import { atmField, atmMulti, atmType } from './atm.ts';
import { geneve, mpls, pppoeSession, vlan } from './encapsulation.ts';
import { Generator, type GeneratorOptions } from './generator.ts';
import { idTest } from './ids.ts';
import { linkTypeIs } from './link-layer.ts';
import { etherType } from './numbers.ts';
import { broadcast, byte, direction, interfaceIndex, length, llc, multicast, pfAction, pfName, pfNumber, pfReason } from './other.ts';
import { protocolWord } from './protocols.ts';
import { relation } from './relations.ts';
import { mtp2, mtp3Field } from './ss7.ts';
import { setUpWlan } from './wlan-frames.ts';
import { wlanDirection, wlanType } from './wlan-types.ts';

type Handlers = {
  readonly [Kind in Primitive['kind']]: (g: Generator, node: PrimitiveOf<Kind>) => Formula;
};

const handlers: Handlers = {
  id: idTest,
  abbreviation: (g, node) => protocolWord(g, node.protocol),
  relation,
  broadcast: (g, node) => broadcast(g, node.protocol),
  multicast: (g, node) => multicast(g, node.protocol),
  less: (g, node) => length(g, 'less', node.value),
  greater: (g, node) => length(g, 'greater', node.value),
  ifindex: (g, node) => interfaceIndex(g, node.value),
  byte: (g, node) => byte(g, node.offset, node.operator, node.value),
  inbound: (g) => direction(g, false),
  outbound: (g) => direction(g, true),
  pppoed: (g) => linkTypeIs(g, etherType.pppoeDiscovery),
  pppoes: (g, node) => pppoeSession(g, node.value),
  vlan: (g, node) => vlan(g, node.value),
  mpls: (g, node) => mpls(g, node.value),
  geneve: (g, node) => geneve(g, node.value),
  'pf-name': (g, node) => pfName(g, node.field, node.name),
  'pf-number': (g, node) => pfNumber(g, node.field, node.value),
  'pf-reason': (g, node) => pfReason(g, node.reason),
  'pf-action': (g, node) => pfAction(g, node.name),
  'wlan-type': (g, node) => wlanType(g, node.type, node.subtype),
  'wlan-dir': (g, node) => wlanDirection(g, node.direction),
  llc: (g, node) => llc(g, node.type),
  'atm-type': (g, node) => atmType(g, node.type),
  'atm-multi': (g, node) => atmMulti(g, node.type),
  'atm-field': (g, node) => atmField(g, node.field, node.tests),
  mtp2: (g, node) => mtp2(g, node.type),
  'mtp3-field': (g, node) => mtp3Field(g, node.field, node.tests),
};

/** The formula of one primitive in the generator's present state. */
export function generatePrimitive(g: Generator, node: Primitive): Formula {
  g.current = node;
  const handler = handlers[node.kind] as (g: Generator, node: Primitive) => Formula;
  return handler(g, node);
}

function generateExpression(g: Generator, expression: Expression): Formula {
  if (expression.kind === 'primitive') return generatePrimitive(g, expression.primitive);
  if (expression.kind === 'not') return not(generateExpression(g, expression.operand));
  let formula = generateExpression(g, expression.first);
  for (const { operator, operand } of expression.rest) {
    const right = generateExpression(g, operand);
    formula = operator === 'and' ? and(formula, right) : or(formula, right);
  }
  return formula;
}

function setUpPflog(g: Generator): void {
  const { values } = g;
  const slot = g.newSlot();
  const padded = values.withConstant(AND, values.withConstant(ADD, g.fromHeader(1, 0), 3), 0xfffffffc);
  g.addPrologue(slot, () => ({ kind: 'assign', slot, value: padded }));
  g.payload = { base: values.slot(slot), offset: 0 };
}

const PPI_DLT_802_11 = 0x69000000;

/** A formula and what became known while it was made. */
export interface Generated {
  readonly formula: Formula;
  readonly usesProtochain: boolean;
}

/**
 * Generates the formula of an expression; undefined is the empty one, which every packet matches.
 * @throws SourceError for what the link type does not have, names nobody knows, numbers out of range.
 */
export function generate(expression: Expression | undefined, options: GeneratorOptions): Generated {
  const g = new Generator(options);
  if (!expression) return { formula: TRUE, usesProtochain: false };
  if (g.family === '802.11') setUpWlan(g);
  if (g.family === 'pflog') setUpPflog(g);
  let formula = g.withPrologue(generateExpression(g, expression));
  if (g.linkType.prefix === 'ppi') formula = and(g.equals(g.values.load(4, NO_BASE, 4), PPI_DLT_802_11), formula);
  return { formula, usesProtochain: g.usesProtochain };
}
