// Variables that may be read before they are given a value become 0 first: no kernel takes a program that reads them.

import { ACCEPT, ASSIGN, comparesValues, IN_MEMORY, type JumpGraph, type Node } from '../ir/jumps.ts';
import { ADD, CONST, isLoad, LENGTH, NEG, NO_BASE, SLOT, type Value, type Values } from '../ir/values.ts';
import { inOrder } from './blocks.ts';

function slotsOf(values: Values, value: Value, into: Set<number>): void {
  const kind = values.kinds[value] as number;
  if (kind === CONST || kind === LENGTH) return;
  if (kind === SLOT) into.add(values.as[value] as number);
  else if (isLoad(kind)) {
    if (values.as[value] !== NO_BASE) slotsOf(values, values.as[value] as Value, into);
  } else if (kind >= ADD) {
    slotsOf(values, values.as[value] as Value, into);
    if (kind !== NEG) slotsOf(values, values.bs[value] as Value, into);
  }
}

/** Slots read where not every way has assigned them. */
function uninitialized(graph: JumpGraph, root: Node): Set<number> {
  const assigned = new Map<Node, ReadonlySet<number>>([[root, new Set()]]);
  const missing = new Set<number>();
  const arrive = (node: Node, slots: ReadonlySet<number>): void => {
    const known = assigned.get(node);
    assigned.set(node, known ? new Set([...known].filter((slot) => slots.has(slot))) : slots);
  };
  for (const node of inOrder(graph, root)) {
    let slots = assigned.get(node) as ReadonlySet<number>;
    const read = new Set<number>();
    slotsOf(graph.values, graph.subjects[node] as Value, read);
    if (comparesValues(graph.operations[node] as number)) slotsOf(graph.values, graph.operands[node] as Value, read);
    for (const slot of read)
      if (!slots.has(slot) && (graph.slotRegisters[slot] ?? IN_MEMORY) === IN_MEMORY) missing.add(slot);
    if (graph.operations[node] === ASSIGN) slots = new Set([...slots, graph.operands[node] as number]);
    arrive(graph.yes[node] as Node, slots);
    arrive(graph.no[node] as Node, slots);
  }
  return missing;
}

/** Whether there are slots in memory at all. */
function hasWords({ values, slotRegisters }: JumpGraph): boolean {
  const { kinds, as, size } = values;
  for (let value = 0; value < size; value++) {
    if (kinds[value] === SLOT && (slotRegisters[as[value] as number] ?? IN_MEMORY) === IN_MEMORY) return true;
  }
  return false;
}

/** Puts the assignments that are missing in front. Returns the new root. */
export function initializeSlots(graph: JumpGraph, root: Node): Node {
  if (root <= ACCEPT || !hasWords(graph)) return root;
  let at = root;
  for (const slot of uninitialized(graph, root)) at = graph.node(ASSIGN, graph.values.constant(0), slot, at, at);
  return at;
}
