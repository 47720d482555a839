// Statements become blocks.

import { integerOf, isVoid } from '../check/ctypes.ts';
import type { SwitchCase, Typed, TypedStatement, Variable } from '../check/types.ts';
import { constant } from '../ir/build.ts';
import type { Block, Value } from '../ir/types.ts';
import { AsmLowering } from './inline-asm.ts';
import { isRegister } from './places.ts';

type Handler<K extends TypedStatement['kind']> = (
  this: StatementLowering,
  node: TypedStatement & { readonly kind: K },
) => void;

interface JumpTargets {
  /** Scopes open around the loop or switch. */
  readonly depth: number;
  readonly breakTo: Block;
  readonly continueTo: Block | undefined;
}

interface SwitchTargets {
  readonly cases: Block[];
  fallback: Block | undefined;
}

/** Cases tested one after the other; more are searched by halves. */
const LINEAR_CASES = 5;

/** Adds statements. */
export class StatementLowering extends AsmLowering {
  readonly #jumps: JumpTargets[] = [];
  readonly #switches: SwitchTargets[] = [];
  readonly #labels = new Map<string, Block>();
  /** Locals with a cleanup function, by open scope. */
  readonly #scopes: Variable[][] = [];
  readonly #labelDepths = new Map<string, number>();
  /** Memory that a returned struct is written to. */
  resultAddress: Value | undefined;

  override statement(node: TypedStatement): void {
    this.builder.span = node.span;
    (handlers[node.kind] as Handler<TypedStatement['kind']>).call(this, node);
  }

  label(name: string): Block {
    let block = this.#labels.get(name);
    if (!block) {
      block = this.builder.newBlock(name);
      this.#labels.set(name, block);
    }
    return block;
  }

  jumpOut(kind: 'break' | 'continue'): void {
    const jump = kind === 'break' ? this.#jumps.at(-1) : this.#jumps.findLast(({ continueTo }) => continueTo);
    if (jump) this.leaveScopes(jump.depth);
    const target =
      kind === 'break' ? this.#jumps.at(-1)?.breakTo : this.#jumps.findLast(({ continueTo }) => continueTo)?.continueTo;
    if (target) this.builder.jump(target);
  }

  /** Runs `work` in a scope of its own; what it declared with `cleanup` is cleaned up at its end. */
  inScope(work: () => void): void {
    this.#scopes.push([]);
    work();
    this.leaveScopes(this.#scopes.length - 1);
    this.#scopes.pop();
  }

  /** Calls the cleanup functions of all scopes deeper than `depth`, innermost first. */
  leaveScopes(depth: number): void {
    for (let i = this.#scopes.length - 1; i >= depth; i--) {
      for (const variable of [...(this.#scopes[i] ?? [])].reverse()) this.cleanUp(variable);
    }
  }

  cleanUp(variable: Variable): void {
    const { cleanup } = variable;
    if (!cleanup) return;
    const target = this.callTarget({ kind: 'symbol', function: cleanup });
    this.builder.call(target, [this.pointer(this.variableAddress(variable))], 'void');
  }

  noteCleanup(variable: Variable): void {
    if (variable.cleanup) this.#scopes.at(-1)?.push(variable);
  }

  /** Lowers a function's body; where labels stand is learnt first. */
  functionBody(body: TypedStatement): void {
    findLabels(body, 0, this.#labelDepths);
    this.statement(body);
  }

  goTo(label: string): void {
    this.leaveScopes(this.#labelDepths.get(label) ?? this.#scopes.length);
    this.builder.jump(this.label(label));
  }

  loop(node: TypedStatement & { readonly kind: 'loop' }): void {
    this.inScope(() => this.loopInScope(node));
  }

  loopInScope(node: TypedStatement & { readonly kind: 'loop' }): void {
    const { builder } = this;
    if (node.init) this.statement(node.init);
    const head = builder.newBlock(node.testAfter ? 'do' : 'loop');
    const [body, step, end] = [builder.newBlock('body'), builder.newBlock('step'), builder.newBlock('end')];
    if (node.unroll !== 'default') head.unroll = node.unroll;
    builder.jump(head);
    builder.start(head);
    if (!node.testAfter) {
      if (node.condition) this.condition(node.condition, body, end);
      else builder.jump(body);
      builder.start(body);
    }
    this.#jumps.push({ breakTo: end, continueTo: step, depth: this.#scopes.length });
    this.statement(node.body);
    this.#jumps.pop();
    builder.jump(step);
    builder.start(step);
    if (node.step) this.value(node.step);
    if (node.testAfter && node.condition) this.condition(node.condition, head, end);
    else builder.jump(head);
    builder.start(end);
  }

  switchStatement(node: TypedStatement & { readonly kind: 'switch' }): void {
    const { builder } = this;
    const value = this.value(node.value);
    const end = builder.newBlock('switch.end');
    const targets: SwitchTargets = { cases: node.cases.map(() => builder.newBlock('case')), fallback: undefined };
    const dispatch = builder.block;
    this.#switches.push(targets);
    this.#jumps.push({ breakTo: end, continueTo: undefined, depth: this.#scopes.length });
    // The body first, to learn whether there is a default; dispatch is written into the block before it.
    const head = builder.newBlock('switch.head');
    builder.jump(head);
    builder.start(builder.newBlock('switch.body'));
    this.statement(node.body);
    builder.jump(end);
    this.#jumps.pop();
    this.#switches.pop();
    const { fn } = builder;
    const at = fn.blocks.indexOf(dispatch) + 1;
    const after = fn.blocks.length;
    builder.start(head);
    builder.span = node.span;
    this.dispatch(value, this.sortedCases(node, targets), {
      fallback: targets.fallback ?? end,
      signed: integerOf(node.value.type)?.signed ?? false,
    });
    const moved = fn.blocks.splice(after);
    fn.blocks.splice(at, 0, ...moved);
    builder.start(end);
  }

  sortedCases(
    node: TypedStatement & { readonly kind: 'switch' },
    targets: SwitchTargets,
  ): { readonly range: SwitchCase; readonly block: Block }[] {
    const rows = node.cases
      .map((range, i) => ({ range, block: targets.cases[i] as Block }))
      .filter(({ range }) => range.first <= range.last);
    return rows.sort((a, b) => (a.range.first < b.range.first ? -1 : 1));
  }

  /** Compares with the cases, in halves where there are many. */
  dispatch(
    value: Value,
    rows: readonly { readonly range: SwitchCase; readonly block: Block }[],
    how: { readonly fallback: Block; readonly signed: boolean },
  ): void {
    const { builder } = this;
    const type = value.type as 'i32' | 'i64';
    if (!isRegister_(value)) {
      builder.jump(how.fallback);
      return;
    }
    if (rows.length > LINEAR_CASES) {
      const middle = rows.length >> 1;
      const [below, above] = [builder.newBlock('switch.low'), builder.newBlock('switch.high')];
      const pivot = constant(type, rows[middle]?.range.first ?? 0n);
      builder.branch(builder.compare(how.signed ? 'slt' : 'ult', value, pivot), below, above);
      builder.start(below);
      this.dispatch(value, rows.slice(0, middle), how);
      builder.start(above);
      this.dispatch(value, rows.slice(middle), how);
      return;
    }
    for (const { range, block } of rows) {
      const next = builder.newBlock('switch.next');
      builder.branch(this.inRange(value, range), block, next);
      builder.start(next);
    }
    builder.jump(how.fallback);
  }

  inRange(value: Value, { first, last }: SwitchCase): Value {
    const { builder } = this;
    const type = value.type as 'i32' | 'i64';
    if (first === last) return builder.compare('eq', value, constant(type, first));
    return builder.compare('ule', builder.binary('sub', value, constant(type, first)), constant(type, last - first));
  }

  caseLabel(node: TypedStatement & { readonly kind: 'case' }): void {
    const { builder } = this;
    const open = this.#switches.at(-1);
    const block = node.index < 0 ? builder.newBlock('default') : open?.cases[node.index];
    if (open && node.index < 0) open.fallback = block;
    if (block) {
      builder.jump(block);
      builder.start(block);
    }
    this.statement(node.body);
  }

  returnStatement(value: Typed | undefined): void {
    const { builder } = this;
    if (!value) {
      this.leaveScopes(0);
      builder.ret(undefined);
      return;
    }
    const result = this.value(value);
    if (isVoid(value.type) || isRegister(value.type)) this.leaveScopes(0);
    if (isVoid(value.type)) {
      builder.ret(undefined);
      return;
    }
    if (!isRegister(value.type)) {
      if (this.resultAddress) this.store(this.pointerAddress(this.resultAddress, value.type), result, value.type);
      this.leaveScopes(0);
      builder.ret(undefined);
      return;
    }
    builder.ret(result.type === 'i32' ? builder.convert('zext', result) : result);
  }
}

function isRegister_(value: Value): boolean {
  return value.type === 'i32' || value.type === 'i64';
}

/** At which depth of scopes each label stands; scopes are counted as lowering opens them. */
function findLabels(node: TypedStatement, depth: number, found: Map<string, number>): void {
  switch (node.kind) {
    case 'block':
      for (const item of node.body) findLabels(item, node.declares ? depth : depth + 1, found);
      break;
    case 'if':
      findLabels(node.then, depth, found);
      if (node.else) findLabels(node.else, depth, found);
      break;
    case 'loop':
      findLabels(node.body, depth + 1, found);
      break;
    case 'switch':
    case 'case':
      findLabels(node.body, depth, found);
      break;
    case 'label':
      found.set(node.name, depth);
      findLabels(node.body, depth, found);
      break;
  }
}

const handlers: { readonly [K in TypedStatement['kind']]: Handler<K> } = {
  expression(node): void {
    this.value(node.value);
  },
  block(node): void {
    const run = (): void => {
      for (const item of node.body) this.statement(item);
    };
    if (node.declares) run();
    else this.inScope(run);
  },
  local(node): void {
    const address = this.variableAddress(node.variable);
    if (node.initial) this.initialize(address, node.initial, node.variable.type);
    this.noteCleanup(node.variable);
  },
  if(node): void {
    const { builder } = this;
    const [then, end] = [builder.newBlock('then'), builder.newBlock('end')];
    const other = node.else ? builder.newBlock('else') : end;
    this.condition(node.condition, then, other);
    builder.start(then);
    this.statement(node.then);
    builder.jump(end);
    if (node.else) {
      builder.start(other);
      this.statement(node.else);
      builder.jump(end);
    }
    builder.start(end);
  },
  loop(node): void {
    this.loop(node);
  },
  switch(node): void {
    this.switchStatement(node);
  },
  case(node): void {
    this.caseLabel(node);
  },
  break(): void {
    this.jumpOut('break');
  },
  continue(): void {
    this.jumpOut('continue');
  },
  empty(): void {},
  return(node): void {
    this.returnStatement(node.value);
  },
  goto(node): void {
    this.goTo(node.label);
  },
  label(node): void {
    const block = this.label(node.name);
    this.builder.jump(block);
    this.builder.start(block);
    this.statement(node.body);
  },
  asm(node): void {
    this.asm(node);
  },
};
