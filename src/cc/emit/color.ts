// Colouring of the interference graph with coalescing of copies (George and Appel, "Iterated Register Coalescing", 1996).

import { liveOut } from './liveness.ts';
import { isCopy, isEarlyClobber, isRematerializable, registersChanged, registersRead } from './machine.ts';
import { firstVirtual, type MachineFunction, type MachineInstruction, type Register } from './types.ts';

/** Registers that can be given: r0 to r9. */
export const colorCount = 10;

/** Scratch registers first; r6 to r9, which survive calls, last. */
const colorOrder: readonly Register[] = [0, 5, 4, 3, 2, 1, 6, 7, 8, 9];

interface Move {
  readonly dst: Register;
  readonly src: Register;
  state: 'worklist' | 'active' | 'done';
}

/** Colours one function; `noSpill` registers are temporaries of earlier spills. */
export class Coloring {
  readonly fn: MachineFunction;
  readonly noSpill: ReadonlySet<Register>;
  /** Registers that could not be coloured. */
  readonly spilled: Register[] = [];
  readonly color: Int8Array;
  /** Of what is still in the graph; a register keeps those it had when it was taken out. */
  readonly #neighbours: Set<Register>[] = [];
  readonly #degree: Int32Array;
  readonly #alias: Int32Array;
  readonly #movesOf: Move[][] = [];
  /** Moves of a register and of all that were coalesced into it, of those that are done only some. */
  #openMoves: Move[][] = [];
  /** How often a register stands in moves that are not done. */
  readonly #moveCount: Int32Array;
  /** May any of its moves be active? */
  readonly #mayHaveActive: Uint8Array;
  readonly #cost: Float64Array;
  readonly #simplify = new Set<Register>();
  readonly #freeze = new Set<Register>();
  readonly #spill = new Set<Register>();
  readonly #ready: Move[] = [];
  readonly #stack: Register[] = [];
  readonly #removed: Uint8Array;
  readonly #coalesced: Uint8Array;
  /** The registers of each coalesced one, in a row that starts with itself. */
  readonly #nextMember: Int32Array;
  readonly #lastMember: Int32Array;

  constructor(fn: MachineFunction, noSpill: ReadonlySet<Register>) {
    this.fn = fn;
    this.noSpill = noSpill;
    const size = fn.nextRegister;
    this.color = new Int8Array(size).fill(-1);
    this.#degree = new Int32Array(size);
    this.#alias = new Int32Array(size);
    this.#cost = new Float64Array(size);
    this.#removed = new Uint8Array(size);
    this.#coalesced = new Uint8Array(size);
    this.#moveCount = new Int32Array(size);
    this.#mayHaveActive = new Uint8Array(size);
    this.#nextMember = new Int32Array(size).fill(-1);
    this.#lastMember = new Int32Array(size);
    for (let i = 0; i < size; i++) {
      this.#neighbours.push(new Set());
      this.#movesOf.push([]);
      this.#alias[i] = i;
      this.#lastMember[i] = i;
      if (i < firstVirtual) {
        this.color[i] = i;
        this.#degree[i] = 1 << 28;
      }
    }
  }

  run(): void {
    this.#build();
    for (let i = firstVirtual; i < this.fn.nextRegister; i++) this.#file(i);
    for (;;) {
      const register = first(this.#simplify);
      if (register !== undefined) this.#simplifyOne(register);
      else if (this.#ready.length > 0) this.#coalesceOne(this.#ready.pop() as Move);
      else if (this.#freeze.size > 0) this.#freezeOne(first(this.#freeze) as Register);
      else if (this.#spill.size > 0) this.#chooseSpill();
      else break;
    }
    this.#assign();
  }

  #build(): void {
    const out = liveOut(this.fn);
    for (const [at, block] of this.fn.blocks.entries()) {
      const live = out[at] as Register[];
      const weight = 10 ** Math.min(block.depth, 6);
      for (let i = block.instructions.length - 1; i >= 0; i--)
        this.#instruction(block.instructions[i] as MachineInstruction, live, weight);
    }
    this.#openMoves = [...this.#movesOf];
  }

  #instruction(instruction: MachineInstruction, live: Register[], weight: number): void {
    if (isCopy(instruction) && instruction.src !== instruction.dst) {
      removeFrom(live, instruction.src);
      const move: Move = { dst: instruction.dst, src: instruction.src, state: 'worklist' };
      for (const side of [move.dst, move.src]) {
        this.#movesOf[side]?.push(move);
        (this.#moveCount[side] as number)++;
      }
      this.#ready.push(move);
    }
    // Made again at each use instead of kept: the definition is saved.
    const definitionCost = isRematerializable(instruction) ? -weight : weight;
    const [read, changed] = [registersRead(instruction), registersChanged(instruction)];
    for (const register of changed) {
      (this.#cost[register] as number) += definitionCost;
      addTo(live, register);
    }
    if (isEarlyClobber(instruction))
      for (const used of read) for (const register of changed) this.#edge(register, used);
    for (const register of changed) for (const other of live) this.#edge(register, other);
    for (const register of changed) removeFrom(live, register);
    for (const register of read) {
      (this.#cost[register] as number) += weight;
      addTo(live, register);
    }
  }

  #edge(a: Register, b: Register): void {
    if (a === b || a === 10 || b === 10 || (a < firstVirtual && b < firstVirtual)) return;
    const row = this.#neighbours[a] as Set<Register>;
    if (row.has(b)) return;
    row.add(b);
    this.#neighbours[b]?.add(a);
    (this.#degree[a] as number)++;
    (this.#degree[b] as number)++;
  }

  #isMoveRelated(register: Register): boolean {
    return (this.#moveCount[register] as number) > 0;
  }

  #finish(move: Move, u: Register, v: Register): void {
    move.state = 'done';
    (this.#moveCount[u] as number)--;
    (this.#moveCount[v] as number)--;
  }

  #file(register: Register): void {
    if ((this.#degree[register] as number) >= colorCount) this.#spill.add(register);
    else if (this.#isMoveRelated(register)) this.#freeze.add(register);
    else this.#simplify.add(register);
  }

  #simplifyOne(register: Register): void {
    this.#simplify.delete(register);
    this.#stack.push(register);
    this.#removed[register] = 1;
    for (const other of this.#neighbours[register] as Set<Register>) {
      this.#neighbours[other]?.delete(register);
      this.#lessDegree(other);
    }
  }

  #lessDegree(register: Register): void {
    if (register < firstVirtual) return;
    const before = this.#degree[register] as number;
    this.#degree[register] = before - 1;
    if (before !== colorCount) return;
    this.#enableMoves(register);
    for (const other of this.#neighbours[register] as Set<Register>) this.#enableMoves(other);
    this.#spill.delete(register);
    if (this.#isMoveRelated(register)) this.#freeze.add(register);
    else this.#simplify.add(register);
  }

  #enableMoves(register: Register): void {
    if (this.#mayHaveActive[register] === 0) return;
    this.#mayHaveActive[register] = 0;
    const moves = this.#openMoves[register] as Move[];
    for (const move of moves) {
      if (move.state !== 'active') continue;
      move.state = 'worklist';
      this.#ready.push(move);
    }
    if (moves.length > 2 * (this.#moveCount[register] as number))
      this.#openMoves[register] = moves.filter(({ state }) => state !== 'done');
  }

  aliasOf(register: Register): Register {
    let at = register;
    while (this.#coalesced[at] === 1) {
      const next = this.#alias[at] as Register;
      // Long ways are halved as they are gone.
      this.#alias[at] = this.#alias[next] as Register;
      at = next;
    }
    return at;
  }

  #coalesceOne(move: Move): void {
    if (move.state !== 'worklist') return;
    let [u, v] = [this.aliasOf(move.dst), this.aliasOf(move.src)];
    if (v < firstVirtual) [u, v] = [v, u];
    if (u === v) {
      this.#finish(move, u, v);
      this.#addWork(u);
    } else if (v < firstVirtual || u === 10 || (this.#neighbours[u] as Set<Register>).has(v)) {
      this.#finish(move, u, v);
      this.#addWork(u);
      this.#addWork(v);
    } else if (u < firstVirtual ? this.#georgeTest(u, v) : this.#briggsTest(u, v)) {
      this.#finish(move, u, v);
      this.#combine(u, v);
      this.#addWork(u);
    } else {
      move.state = 'active';
      for (const side of [u, v]) this.#mayHaveActive[side] = 1;
    }
  }

  #addWork(register: Register): void {
    if (register < firstVirtual || this.#removed[register] === 1) return;
    if (this.#isMoveRelated(register) || (this.#degree[register] as number) >= colorCount) return;
    this.#freeze.delete(register);
    this.#simplify.add(register);
  }

  /** Every neighbour of `v` is harmless to machine register `u`. */
  #georgeTest(u: Register, v: Register): boolean {
    for (const other of this.#neighbours[v] as Set<Register>) {
      const isHarmless =
        other < firstVirtual ||
        (this.#degree[other] as number) < colorCount ||
        (this.#neighbours[other] as Set<Register>).has(u);
      if (!isHarmless) return false;
    }
    return true;
  }

  /** Together they have fewer than K neighbours of significant degree. */
  #briggsTest(u: Register, v: Register): boolean {
    const [ofU, ofV] = [this.#neighbours[u] as Set<Register>, this.#neighbours[v] as Set<Register>];
    let significant = 0;
    for (const other of ofU) {
      const degree = (this.#degree[other] as number) - (ofV.has(other) ? 1 : 0);
      if (degree >= colorCount && ++significant >= colorCount) return false;
    }
    for (const other of ofV) {
      const isSignificant = (this.#degree[other] as number) >= colorCount && !ofU.has(other);
      if (isSignificant && ++significant >= colorCount) return false;
    }
    return true;
  }

  #combine(u: Register, v: Register): void {
    this.#freeze.delete(v);
    this.#spill.delete(v);
    this.#coalesced[v] = 1;
    this.#alias[v] = u;
    (this.#cost[u] as number) += this.#cost[v] as number;
    this.#enableMoves(v);
    this.#joinMoves(u, v);
    for (const other of this.#neighbours[v] as Set<Register>) {
      this.#neighbours[other]?.delete(v);
      this.#edge(other, u);
      this.#lessDegree(other);
    }
    if (u >= firstVirtual && (this.#degree[u] as number) >= colorCount && this.#freeze.delete(u)) this.#spill.add(u);
  }

  #joinMoves(u: Register, v: Register): void {
    // The first time it is the list that stays as it is.
    if (this.#openMoves[u] === this.#movesOf[u]) this.#openMoves[u] = [...(this.#movesOf[u] as Move[])];
    for (const move of this.#openMoves[v] as Move[]) if (move.state !== 'done') this.#openMoves[u]?.push(move);
    this.#openMoves[v] = [];
    (this.#moveCount[u] as number) += this.#moveCount[v] as number;
    this.#nextMember[this.#lastMember[u] as Register] = v;
    this.#lastMember[u] = this.#lastMember[v] as Register;
  }

  #freezeOne(register: Register): void {
    this.#freeze.delete(register);
    this.#simplify.add(register);
    this.#freezeMoves(register);
  }

  #freezeMoves(register: Register): void {
    for (const move of this.#openMoves[register] as Move[]) {
      if (move.state === 'done') continue;
      const [a, b] = [this.aliasOf(move.dst), this.aliasOf(move.src)];
      this.#finish(move, a, b);
      const other = a === this.aliasOf(register) ? b : a;
      if (other < firstVirtual || this.#isMoveRelated(other) || (this.#degree[other] as number) >= colorCount) continue;
      if (this.#freeze.delete(other)) this.#simplify.add(other);
    }
  }

  #chooseSpill(): void {
    let best: Register | undefined;
    let bestCost = Number.POSITIVE_INFINITY;
    for (const register of this.#spill) {
      const isTemporary = this.noSpill.has(register);
      const cost = isTemporary
        ? Number.MAX_VALUE
        : (this.#cost[register] as number) / Math.max(1, this.#degree[register] as number);
      if (cost < bestCost || best === undefined) {
        best = register;
        bestCost = cost;
      }
    }
    this.#spill.delete(best as Register);
    this.#simplify.add(best as Register);
    this.#freezeMoves(best as Register);
  }

  #assign(): void {
    for (let register = this.#stack.pop(); register !== undefined; register = this.#stack.pop()) {
      let taken = 0;
      for (const other of this.#neighbours[register] as Set<Register>) {
        const color = this.color[this.aliasOf(other)] as number;
        if (color >= 0) taken |= 1 << color;
      }
      const color =
        this.#preferred(register, taken) ?? colorOrder.find((candidate) => (taken & (1 << candidate)) === 0);
      if (color === undefined) this.spilled.push(register);
      else this.color[register] = color;
    }
    for (let register = firstVirtual; register < this.fn.nextRegister; register++) {
      if (this.#coalesced[register] === 1) this.color[register] = this.color[this.aliasOf(register)] as number;
    }
  }

  /** The colour of the other side of a copy that was not coalesced. */
  #preferred(register: Register, taken: number): Register | undefined {
    for (let member = register; member >= 0; member = this.#nextMember[member] as Register) {
      for (const { dst, src } of this.#movesOf[member] as Move[]) {
        for (const side of [dst, src]) {
          const color = this.color[this.aliasOf(side)] as number;
          if (color >= 0 && color < colorCount && (taken & (1 << color)) === 0) return color;
        }
      }
    }
    return undefined;
  }
}

function first(set: ReadonlySet<Register>): Register | undefined {
  for (const register of set) return register;
  return undefined;
}

/** The place of a register in an ascending list, or where it would stand. */
function placeIn(list: readonly Register[], register: Register): number {
  let low = 0;
  for (let high = list.length; low < high; ) {
    const middle = (low + high) >> 1;
    if ((list[middle] as Register) < register) low = middle + 1;
    else high = middle;
  }
  return low;
}

function addTo(list: Register[], register: Register): void {
  const at = placeIn(list, register);
  if (list[at] !== register) list.splice(at, 0, register);
}

function removeFrom(list: Register[], register: Register): void {
  const at = placeIn(list, register);
  if (list[at] === register) list.splice(at, 1);
}
