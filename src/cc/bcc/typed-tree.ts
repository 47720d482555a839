// Walking and rebuilding the typed tree without caring for each kind of node.

import type { Place, Typed, TypedStatement } from '../check/types.ts';

/** Any node of the typed tree. */
export type TreeNode = Typed | Place | TypedStatement;

type Fields = Readonly<Record<string, unknown>>;

/** Fields that hold nodes (or lists of them, or parts without a kind such as initialisers), by kind of node. */
const children: Readonly<Record<string, readonly string[]>> = {
  dereference: ['pointer'],
  member: ['object'],
  element: ['array', 'index'],
  'compound-literal': ['initial'],
  temporary: ['value'],
  load: ['place'],
  address: ['place'],
  convert: ['value'],
  unary: ['value'],
  arithmetic: ['left', 'right'],
  compare: ['left', 'right'],
  'pointer-add': ['pointer', 'offset'],
  'pointer-difference': ['left', 'right'],
  logical: ['left', 'right'],
  conditional: ['condition', 'then', 'else'],
  comma: ['left', 'right'],
  assign: ['target', 'value'],
  'compound-assign': ['target', 'value'],
  call: ['callee', 'arguments'],
  builtin: ['arguments'],
  'statement-expression': ['body', 'result'],
  expression: ['value'],
  block: ['body'],
  local: ['initial'],
  if: ['condition', 'then', 'else'],
  loop: ['init', 'condition', 'step', 'body'],
  switch: ['value', 'body'],
  case: ['body'],
  return: ['value'],
  label: ['body'],
  asm: ['outputs', 'inputs'],
  // What is called: a value only if by pointer.
  pointer: ['value'],
};

/** Fields of the parts that have no kind: initialisers, their stores, operands of assembly. */
const partFields = ['stores', 'value', 'place'];

/** Calls `visit` for every node directly below. */
export function eachChild(node: TreeNode, visit: (child: TreeNode) => void): void {
  eachField(node as unknown as Fields, visit);
}

function eachField(node: Fields, visit: (child: TreeNode) => void): void {
  for (const key of fieldsOf(node)) {
    const value = node[key];
    for (const item of Array.isArray(value) ? value : [value]) {
      if (!isObject(item)) continue;
      if (isPart(item)) eachField(item, visit);
      else visit(item as unknown as TreeNode);
    }
  }
}

/** The node with every node directly below replaced; itself where nothing changed. */
export function mapChildren<T extends TreeNode>(node: T, replace: (child: TreeNode) => TreeNode): T {
  return mapFields(node as unknown as Fields, replace) as unknown as T;
}

function mapFields(node: Fields, replace: (child: TreeNode) => TreeNode): Fields {
  let result = node;
  const one = (item: unknown): unknown => {
    if (!isObject(item)) return item;
    return isPart(item) ? mapFields(item, replace) : replace(item as unknown as TreeNode);
  };
  for (const key of fieldsOf(node)) {
    const value = node[key];
    const next = Array.isArray(value) ? mapList(value, one) : one(value);
    if (next !== value) result = { ...result, [key]: next };
  }
  return result;
}

function mapList(list: readonly unknown[], one: (item: unknown) => unknown): readonly unknown[] {
  const next = list.map(one);
  return next.some((item, i) => item !== list[i]) ? next : list;
}

function fieldsOf(node: Fields): readonly string[] {
  return typeof node.kind === 'string' ? (children[node.kind] ?? []) : partFields;
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}

/** Initialisers, stores, operands, and what is called. */
function isPart(value: Fields): boolean {
  return (
    value.kind === undefined ||
    (value.kind === 'pointer' && 'value' in value) ||
    value.kind === 'symbol' ||
    value.kind === 'helper'
  );
}

/** Number of the helper that is called, if it is one. */
export function helperOf(callee: (Typed & { readonly kind: 'call' })['callee']): number | undefined {
  return callee.kind === 'helper' ? callee.id : callee.kind === 'symbol' ? callee.function.helperId : undefined;
}
