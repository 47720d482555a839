// Assignments of constants to X move in front of the test before them: then no jump is needed to get past them.

import { numbersOf } from '../ir/arrays.ts';
import { ACCEPT, ASSIGN, comparesConstant, comparesValues, IN_X, type JumpGraph, type Node } from '../ir/jumps.ts';
import { CONST, isLoad, LENGTH, NEG, NO_BASE, SLOT, type Value, type Values } from '../ir/values.ts';
import { inOrder } from '../select/blocks.ts';

/** Whether a value can be computed without X. */
function leavesX(values: Values, value: Value): boolean {
  const kind = values.kinds[value] as number;
  if (kind === CONST || kind === LENGTH || kind === SLOT) return true;
  if (isLoad(kind)) return values.as[value] === NO_BASE;
  const right = values.bs[value] as Value;
  return leavesX(values, values.as[value] as Value) && (kind === NEG || values.kinds[right] === CONST);
}

class Hoister {
  readonly graph: JumpGraph;
  readonly order: readonly Node[];
  readonly counts: number[];
  readonly target: Node[] = [0, 1];

  constructor(graph: JumpGraph, root: Node) {
    this.graph = graph;
    this.order = inOrder(graph, root);
    this.counts = numbersOf(root + 1, 0);
    for (const node of this.order) {
      this.#count(graph.yes[node] as Node);
      if (graph.no[node] !== graph.yes[node]) this.#count(graph.no[node] as Node);
    }
  }

  #count(node: Node): void {
    this.counts[node] = (this.counts[node] as number) + 1;
  }

  run(root: Node): Node {
    for (let i = this.order.length - 1; i >= 0; i--) {
      const node = this.order[i] as Node;
      this.target[node] = this.#move(node);
    }
    return this.target[root] as Node;
  }

  /** The assignment that a node's copy starts with, if it may move further up. */
  #movable(original: Node): Node | undefined {
    if (original <= ACCEPT || this.counts[original] !== 1) return undefined;
    const { graph } = this;
    const copy = this.target[original] as Node;
    if (graph.operations[copy] !== ASSIGN || graph.slotRegisters[graph.operands[copy] as number] !== IN_X)
      return undefined;
    return graph.values.kinds[graph.subjects[copy] as Value] === CONST ? copy : undefined;
  }

  #move(node: Node): Node {
    const { graph, target } = this;
    const operation = graph.operations[node] as number;
    const subject = graph.subjects[node] as Value;
    const yes = target[graph.yes[node] as Node] as Node;
    const no = target[graph.no[node] as Node] as Node;
    if (!comparesConstant(operation) || !leavesX(graph.values, subject)) return graph.redirect(node, yes, no);
    const onYes = this.#movable(graph.yes[node] as Node);
    const onNo = this.#movable(graph.no[node] as Node);
    const moved = onYes ?? onNo;
    if (moved === undefined || !this.#mayPass(moved, onYes === undefined ? yes : no))
      return graph.redirect(node, yes, no);
    const next = graph.yes[moved] as Node;
    const isSame = (other: Node): boolean =>
      graph.operations[other] === ASSIGN &&
      graph.operands[other] === graph.operands[moved] &&
      graph.subjects[other] === graph.subjects[moved];
    const test = graph.redirect(
      node,
      onYes === undefined ? (isSame(yes) ? (graph.yes[yes] as Node) : yes) : next,
      onNo === undefined ? (isSame(no) ? (graph.yes[no] as Node) : no) : onYes === undefined ? next : no,
    );
    return graph.node(ASSIGN, graph.subjects[moved] as Value, graph.operands[moved] as number, test, test);
  }

  /** Whether the other way does not read what X held before. */
  #mayPass(_: Node, other: Node): boolean {
    const { graph } = this;
    for (const node of other <= ACCEPT ? [] : inOrder(graph, other)) {
      const value = graph.subjects[node] as Value;
      if (this.#readsX(value)) return false;
      if (comparesValues(graph.operations[node] as number) && this.#readsX(graph.operands[node] as Value)) return false;
    }
    return true;
  }

  #readsX(value: Value): boolean {
    const { values, slotRegisters } = this.graph;
    const kind = values.kinds[value] as number;
    if (kind === CONST || kind === LENGTH) return false;
    if (kind === SLOT) return slotRegisters[values.as[value] as number] === IN_X;
    if (isLoad(kind)) return values.as[value] !== NO_BASE && this.#readsX(values.as[value] as Value);
    return this.#readsX(values.as[value] as Value) || (kind !== NEG && this.#readsX(values.bs[value] as Value));
  }
}

/** Moves what can be moved. Returns the new root. */
export function hoistAssignments(graph: JumpGraph, root: Node): Node {
  if (root <= ACCEPT || !graph.slotRegisters.includes(IN_X)) return root;
  return new Hoister(graph, root).run(root);
}
