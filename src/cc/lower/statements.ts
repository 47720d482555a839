// Statements become blocks.

import { integerOf, isVoid } from '../check/ctypes.ts';
import type { SwitchCase, Typed, TypedAsmOperand, TypedStatement, Variable } from '../check/types.ts';
import { constant, makeInstruction } from '../ir/build.ts';
import type { Block, Value } from '../ir/types.ts';
import { BuiltinLowering } from './builtins.ts';
import { type Address, irType, isRegister } from './places.ts';

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
export class StatementLowering extends BuiltinLowering {
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

  /** Inline assembly: operands to registers, at most one result (any number where the text is empty). */
  asm(node: TypedStatement & { readonly kind: 'asm' }): void {
    if (node.labels.length > 0) {
      this.context.diagnostics.error('asm', "'asm goto' is not supported", node.span);
      return;
    }
    if (node.template.trim() === '') {
      this.barrier(node);
      return;
    }
    const registers = node.outputs.filter(({ constraint }) => !isMemory(constraint));
    if (registers.length > 1) {
      this.context.diagnostics.error('asm', 'inline assembly with more than one output is not supported', node.span);
      return;
    }
    const operands: { readonly operand: TypedAsmOperand; readonly text: string }[] = [];
    const args: Value[] = [];
    let tied = -1;
    for (const operand of node.outputs) {
      if (isMemory(operand.constraint)) operands.push({ operand, text: this.memoryOperand(operand, args) });
      else {
        if (operand.constraint.startsWith('+'))
          tied = args.push(this.load(operand.place as never, operand.place?.type as never)) - 1;
        operands.push({ operand, text: '$out' });
      }
    }
    for (const operand of node.inputs) {
      const digit = /^\d+$/.exec(operand.constraint);
      if (digit && operand.value) {
        tied = args.push(this.value(operand.value)) - 1;
        operands.push({ operand, text: '$out' });
      } else if (!operand.value) operands.push({ operand, text: this.memoryOperand(operand, args) });
      else operands.push({ operand, text: `$${args.push(this.asmInput(operand)) - 1}` });
    }
    this.emitAsm(node, registers[0], { operands, args, tied });
  }

  emitAsm(
    node: TypedStatement & { readonly kind: 'asm' },
    output: TypedAsmOperand | undefined,
    {
      operands,
      args,
      tied,
    }: {
      readonly operands: readonly { readonly operand: TypedAsmOperand; readonly text: string }[];
      readonly args: Value[];
      readonly tied: number;
    },
  ): void {
    const { builder } = this;
    const template = node.template.replace(
      /%(?:(%)|(w?)(?:(\d+)|\[(\w+)\])|=)/g,
      // biome-ignore lint/complexity/useMaxParams: the groups of the pattern
      (whole, percent: string, width: string, number: string, name: string) => {
        if (percent) return '%';
        const index = name === undefined ? Number(number) : operands.findIndex(({ operand }) => operand.name === name);
        const found = operands[index];
        return found ? (width ? found.text.replace('$', '$w') : found.text) : whole;
      },
    );
    const type = output?.place ? irType(output.place.type) : 'void';
    const clobbers = node.clobbers.flatMap((name) => (/^[rw]\d$/.test(name) ? Number(name.slice(1)) : []));
    const memory = node.clobbers.includes('memory') || template.includes('*(');
    const fields = { type, template, volatile: node.volatile, tied, memory, clobbers, span: node.span } as const;
    const result = builder.append(makeInstruction(builder.fn, 'asm', args, fields));
    if (output?.place) this.assign(output.place, result, output.place.type);
  }

  asmInput(operand: TypedAsmOperand): Value {
    const value = operand.value as Typed;
    const mustBeConstant = /[in]/.test(operand.constraint) && !/[rg]/.test(operand.constraint);
    if (mustBeConstant && value.kind !== 'constant') {
      this.context.diagnostics.error(
        'asm',
        `constraint '${operand.constraint}' expects an integer constant expression`,
        value.span,
      );
    }
    const result = this.value(value);
    const isAggregate = !isRegister(value.type);
    if (isAggregate) return result;
    if (result.kind === 'constant' && !mustBeConstant && !operand.constraint.includes('i'))
      return this.builder.opaque(result);
    return result;
  }

  memoryOperand(operand: TypedAsmOperand, args: Value[]): string {
    const address = this.address(operand.place as never);
    return `($${args.push(this.pointer(address)) - 1} + 0)`;
  }

  /** Empty text: each operand goes through a register that nobody looks into. */
  barrier(node: TypedStatement & { readonly kind: 'asm' }): void {
    const { builder } = this;
    const isFence = node.clobbers.includes('memory') || node.outputs.length === 0;
    const escaped: Value[] = [];
    for (const operand of node.outputs) {
      const { place, constraint } = operand;
      if (!place) continue;
      const address = (): Address => this.address(place);
      if (isMemory(constraint) || !isRegister(place.type)) escaped.push(this.pointer(address()));
      else {
        const index = node.outputs.indexOf(operand);
        const tied = node.inputs.find((input) => input.constraint === String(index))?.value;
        const before = tied ? this.convert(this.value(tied), tied.type, place.type) : this.load(place, place.type);
        this.assign(place, builder.opaque(before), place.type);
      }
    }
    for (const input of node.inputs) {
      if (/^\d+$/.test(input.constraint)) continue;
      if (input.value) escaped.push(this.value(input.value));
      else if (input.place) escaped.push(this.pointer(this.address(input.place)));
    }
    if (!isFence && escaped.length === 0) return;
    const fields = {
      type: 'void',
      template: '',
      volatile: true,
      tied: -1,
      memory: isFence,
      clobbers: [],
      span: node.span,
    } as const;
    builder.append(makeInstruction(builder.fn, 'asm', escaped, fields));
  }
}

function isMemory(constraint: string): boolean {
  return /[mo]/.test(constraint) && !/[r]/.test(constraint);
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
