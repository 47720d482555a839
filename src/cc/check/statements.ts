// Statements: control flow, locals, switches, inline assembly.

import type { Expression, Statement } from '../parse/types.ts';
import type { Span } from '../preprocess/types.ts';
import { convert, errorNode, hasNoEffect } from './conversions.ts';
import { isInteger, isVoid, promoted, unqualified, voidType, wrapTo } from './ctypes.ts';
import { foldedConstant } from './folded-constants.ts';
import { InitializerChecker } from './initializers.ts';
import { quoteType } from './print-type.ts';
import type { CType, FunctionSymbol, SwitchCase, Typed, TypedAsmOperand, TypedStatement, Variable } from './types.ts';
import { checkUninitialized } from './uninitialized.ts';
import { checkUnusedLabels, checkUnusedLocals } from './unused.ts';

type Handler<K extends Statement['kind']> = (
  this: StatementChecker,
  node: Statement & { readonly kind: K },
) => TypedStatement;

interface OpenSwitch {
  readonly type: CType;
  readonly cases: SwitchCase[];
  /** Labels of one value, and those of a range. */
  readonly single: Map<bigint, SwitchCase>;
  readonly ranges: SwitchCase[];
  hasDefault: boolean;
}

/** A label that has a value of the new one. */
function clashOf({ cases, single, ranges }: OpenSwitch, { first, last }: SwitchCase): SwitchCase | undefined {
  const overlaps = (other: SwitchCase): boolean => first <= other.last && other.first <= last;
  return first === last ? (single.get(first) ?? ranges.find(overlaps)) : cases.find(overlaps);
}

/** What is known of the function being checked. */
interface FunctionState {
  readonly symbol: FunctionSymbol;
  readonly labels: Map<string, Span>;
  readonly gotos: { readonly label: string; readonly name: string; readonly span: Span }[];
  readonly switches: OpenSwitch[];
  loops: number;
  /** Locals that ought to be used. */
  readonly locals: Variable[];
  /** How many labels `__label__` declared. */
  localLabels: number;
}

/** Ranges as in `case 1 ... 1000000` stay ranges; this bounds nonsense only. */
const CASE_LIMIT = 100_000;

/** Adds statements. */
export abstract class StatementChecker extends InitializerChecker {
  function: FunctionState | undefined;

  /** Declarations inside a function, as statements. */
  abstract localDeclaration(node: Statement & { readonly kind: 'declaration' }): TypedStatement;

  /** `isValue`: the value of an expression statement is used, by the statement expression it ends. */
  statement(node: Statement, isValue = false): TypedStatement {
    if (isValue && node.kind === 'expression')
      return { kind: 'expression', value: this.rvalue(node.value), span: node.span };
    return (handlers[node.kind] as Handler<Statement['kind']>).call(this, node);
  }

  block(items: readonly Statement[]): TypedStatement[] {
    return this.inScope(() => items.map((item) => this.statement(item)));
  }

  functionBody(symbol: FunctionSymbol, body: Statement & { readonly kind: 'block' }): TypedStatement {
    const outer = this.function;
    const state: FunctionState = {
      symbol,
      labels: new Map(),
      gotos: [],
      switches: [],
      loops: 0,
      locals: [],
      localLabels: 0,
    };
    this.function = state;
    const result = this.inScope(() => {
      for (const parameter of symbol.parameters) if (parameter.name) this.declareName(parameter.name, parameter);
      return body.items.map((item) => this.statement(item));
    });
    for (const { label, name, span } of state.gotos) {
      if (!state.labels.has(label))
        this.diagnostics.error('undeclared-label', `use of undeclared label '${name}'`, span);
    }
    this.function = outer;
    const block: TypedStatement = { kind: 'block', body: result, span: body.span };
    this.warnOfBody(block, state);
    return block;
  }

  /** What clang -Wall says of a function's locals and labels. */
  warnOfBody(body: TypedStatement, { locals, labels, gotos }: FunctionState): void {
    checkUnusedLocals(locals, this.mentioned, this.diagnostics);
    checkUnusedLabels(labels, new Set(gotos.map(({ label }) => label)), this.diagnostics);
    if (labels.size === 0) checkUninitialized(body, this.diagnostics);
  }

  override statementExpression(node: Expression & { readonly kind: 'statement-expression' }): Typed {
    if (this.isFileScope) {
      this.diagnostics.error('statement-expression', 'statement expression not allowed at file scope', node.span);
      return errorNode(node.span);
    }
    return this.inScope(() => {
      const { items } = node.body;
      const isValue = items.at(-1)?.kind === 'expression';
      const body = items.map((item, i) => this.statement(item, isValue && i === items.length - 1));
      const last = body.at(-1);
      if (last?.kind === 'expression' && !isVoid(last.value.type)) {
        const result = last.value;
        return { kind: 'statement-expression', body: body.slice(0, -1), result, type: result.type, span: node.span };
      }
      return { kind: 'statement-expression', body, result: undefined, type: voidType, span: node.span };
    });
  }

  loopBody(body: Statement): TypedStatement {
    if (this.function) this.function.loops++;
    const result = this.inScope(() => this.statement(body));
    if (this.function) this.function.loops--;
    return result;
  }

  switchStatement(node: Statement & { readonly kind: 'switch' }): TypedStatement {
    let value = this.rvalue(node.value);
    if (!isInteger(value.type) && value.kind !== 'error') {
      this.diagnostics.error(
        'switch',
        `statement requires expression of integer type (${quoteType(value.type)} invalid)`,
        value.span,
      );
      value = errorNode(value.span);
    }
    const type = promoted(value.type);
    const open: OpenSwitch = { type, cases: [], single: new Map(), ranges: [], hasDefault: false };
    this.function?.switches.push(open);
    const body = this.inScope(() => this.statement(node.body));
    this.function?.switches.pop();
    return { kind: 'switch', value: convert(value, type), cases: open.cases, body, span: node.span };
  }

  caseLabel(node: Statement & { readonly kind: 'case' }): TypedStatement {
    const open = this.function?.switches.at(-1);
    const first = this.integerConstant(node.value, 'case label');
    const last = node.last ? this.integerConstant(node.last, 'case label') : first;
    let index = 0;
    if (!open) this.diagnostics.error('case', "'case' statement not in switch statement", node.span);
    else if (first !== undefined && last !== undefined)
      index = this.addCase(open, wrapTo(open.type, first), wrapTo(open.type, last), node.span);
    const body = this.statement(node.body);
    return open ? { kind: 'case', index, body, span: node.span } : body;
  }

  addCase(open: OpenSwitch, first: bigint, last: bigint, span: Span): number {
    if (last < first) this.diagnostics.warning('case-range', 'empty case range specified', span);
    const added = { first, last };
    const clash = clashOf(open, added);
    if (clash)
      this.diagnostics.error(
        'duplicate-case',
        `duplicate case value '${first < clash.first ? clash.first : first}'`,
        span,
      );
    if (open.cases.length >= CASE_LIMIT) this.diagnostics.fatal('case', 'too many cases', span);
    if (first === last) open.single.set(first, added);
    else open.ranges.push(added);
    return open.cases.push(added) - 1;
  }

  defaultLabel(node: Statement & { readonly kind: 'default' }): TypedStatement {
    const open = this.function?.switches.at(-1);
    if (!open) this.diagnostics.error('case', "'default' statement not in switch statement", node.span);
    else if (open.hasDefault)
      this.diagnostics.error('duplicate-case', 'multiple default labels in one switch', node.span);
    if (open) open.hasDefault = true;
    const body = this.statement(node.body);
    return open ? { kind: 'case', index: -1, body, span: node.span } : body;
  }

  get functionName(): string | undefined {
    return this.function?.symbol.name;
  }

  returnStatement(node: Statement & { readonly kind: 'return' }): TypedStatement {
    const symbol = this.function?.symbol;
    const returns = symbol?.type.returns ?? voidType;
    if (!node.value) {
      if (!isVoid(returns))
        this.diagnostics.error('return', `non-void function '${symbol?.name}' should return a value`, node.span);
      return { kind: 'return', value: undefined, span: node.span };
    }
    const value = this.rvalue(node.value);
    if (isVoid(returns)) {
      if (!isVoid(value.type) && value.kind !== 'error') {
        this.diagnostics.error('return', `void function '${symbol?.name}' should not return a value`, node.span);
      }
      return { kind: 'return', value, span: node.span };
    }
    return { kind: 'return', value: this.assignable(value, unqualified(returns), 'returning'), span: node.span };
  }

  /** A label's name in the whole function: those of `__label__` get one of their own. */
  labelName(name: string): string {
    for (let i = this.scopes.length - 1; i >= 0; i--) {
      const own = this.scopes[i]?.labels.get(name);
      if (own !== undefined) return own;
    }
    return name;
  }

  useLabel(name: string, span: Span): string {
    const label = this.labelName(name);
    this.function?.gotos.push({ label, name, span });
    return label;
  }

  asmOperand(
    operand: { readonly name: string | undefined; readonly constraint: string; readonly value: Expression },
    isOutput: boolean,
  ): TypedAsmOperand {
    const { name, constraint } = operand;
    if (isOutput) {
      const place = this.placeOf(operand.value, 'invalid lvalue in asm output');
      return { name, constraint, place, value: undefined };
    }
    const isMemory = /[mo]/.test(constraint) && !/[ri]/.test(constraint);
    if (isMemory)
      return { name, constraint, place: this.placeOf(operand.value, 'invalid lvalue in asm input'), value: undefined };
    const value = this.rvalue(operand.value);
    const isImmediate = /[in]/.test(constraint) && !/[rg]/.test(constraint);
    const folded = isImmediate ? foldedConstant(value, this.constants) : undefined;
    return { name, constraint, place: undefined, value: folded ?? value };
  }

  jump(kind: 'break' | 'continue', span: Span): TypedStatement {
    const isInside = (this.function?.loops ?? 0) > 0 || (kind === 'break' && (this.function?.switches.length ?? 0) > 0);
    if (!isInside) {
      const where = kind === 'break' ? 'loop or switch' : 'loop';
      this.diagnostics.error('jump', `'${kind}' statement not in ${where} statement`, span);
    }
    return { kind, span };
  }

  warnUnused(value: Typed): void {
    if (value.span.macro || isVoid(value.type)) return;
    if (value.kind === 'compare') this.diagnostics.warning('unused-comparison', 'comparison result unused', value.span);
    else if (hasNoEffect(value)) this.diagnostics.warning('unused-value', 'expression result unused', value.span);
  }
}

const handlers: { readonly [K in Statement['kind']]: Handler<K> } = {
  expression(node): TypedStatement {
    const value = this.rvalue(node.value);
    this.warnUnused(value);
    return { kind: 'expression', value, span: node.span };
  },
  empty: (node) => ({ kind: 'empty', span: node.span }),
  block(node): TypedStatement {
    return { kind: 'block', body: this.block(node.items), span: node.span };
  },
  declaration(node): TypedStatement {
    return this.localDeclaration(node);
  },
  if(node): TypedStatement {
    const condition = this.condition(this.rvalue(node.condition));
    const then = this.inScope(() => this.statement(node.then));
    const other = node.else && this.inScope(() => this.statement(node.else as Statement));
    return { kind: 'if', condition, then, else: other, span: node.span };
  },
  while(node): TypedStatement {
    const condition = this.condition(this.rvalue(node.condition));
    const { unroll, span } = node;
    return {
      kind: 'loop',
      init: undefined,
      condition,
      testAfter: false,
      step: undefined,
      body: this.loopBody(node.body),
      unroll,
      span,
    };
  },
  do(node): TypedStatement {
    const body = this.loopBody(node.body);
    const condition = this.condition(this.rvalue(node.condition));
    return {
      kind: 'loop',
      init: undefined,
      condition,
      testAfter: true,
      step: undefined,
      body,
      unroll: node.unroll,
      span: node.span,
    };
  },
  for(node): TypedStatement {
    return this.inScope(() => {
      const init = node.init && this.statement(node.init);
      const condition = node.condition && this.condition(this.rvalue(node.condition));
      const step = node.step && this.rvalue(node.step);
      const body = this.loopBody(node.body);
      return { kind: 'loop', init, condition, testAfter: false, step, body, unroll: node.unroll, span: node.span };
    });
  },
  switch(node): TypedStatement {
    return this.switchStatement(node);
  },
  case(node): TypedStatement {
    return this.caseLabel(node);
  },
  default(node): TypedStatement {
    return this.defaultLabel(node);
  },
  break(node): TypedStatement {
    return this.jump('break', node.span);
  },
  continue(node): TypedStatement {
    return this.jump('continue', node.span);
  },
  return(node): TypedStatement {
    return this.returnStatement(node);
  },
  goto(node): TypedStatement {
    return { kind: 'goto', label: this.useLabel(node.label, node.span), span: node.span };
  },
  'local-labels'(node): TypedStatement {
    const state = this.function;
    for (const name of node.names) if (state) this.scope.labels.set(name, `${name}.${++state.localLabels}`);
    return { kind: 'empty', span: node.span };
  },
  label(node): TypedStatement {
    const { labels } = this.function ?? {};
    const name = this.labelName(node.name);
    if (labels?.has(name)) this.diagnostics.error('redefinition', `redefinition of label '${node.name}'`, node.span);
    labels?.set(name, node.span);
    return { kind: 'label', name, body: this.statement(node.body), span: node.span };
  },
  asm(node): TypedStatement {
    const outputs = node.outputs.map((operand) => this.asmOperand(operand, true));
    const inputs = node.inputs.map((operand) => this.asmOperand(operand, false));
    const { template, clobbers, span } = node;
    const labels = node.labels.map((name) => ({ name, label: this.useLabel(name, span) }));
    return { kind: 'asm', template, volatile: node.volatile, outputs, inputs, clobbers, labels, span };
  },
};
