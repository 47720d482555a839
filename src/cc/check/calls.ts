// Calls: functions of the text, the kernel's helpers and functions, builtins.

import type { Expression } from '../parse/types.ts';
import type { Span } from '../preprocess/types.ts';
import { builtins, checkBuiltin, libraryBuiltins } from './builtins.ts';
import { convert, errorNode, rvalueOf } from './conversions.ts';
import { isInteger, promoted } from './ctypes.ts';
import { ExpressionChecker } from './expressions.ts';
import { quoteType } from './print-type.ts';
import { temporary } from './temporaries.ts';
import type { Callee, FunctionSymbol, FunctionType, Place, Typed } from './types.ts';

/** Greatest number a helper can have: what is beyond is an address, not a helper. */
const HELPER_LIMIT = 100_000;

/** Functions of LLVM that programs declare with `asm("...")`: the builtins they are. */
export const packetLoads: Readonly<Record<string, string>> = {
  'llvm.bpf.load.byte': '__builtin_bpf_load_byte',
  'llvm.bpf.load.half': '__builtin_bpf_load_half',
  'llvm.bpf.load.word': '__builtin_bpf_load_word',
};

/** Adds calls. */
export abstract class CallChecker extends ExpressionChecker {
  /** Functions declared with `asm("llvm.bpf...")`: the builtin they are. */
  readonly builtinAliases = new Map<string, string>();

  override call(node: Expression & { readonly kind: 'call' }): Place | Typed {
    const { callee: target, arguments: args, span } = node;
    const alias = target.kind === 'identifier' ? this.builtinAliases.get(target.name) : undefined;
    if (alias) return checkBuiltin(this, alias, args, span);
    if (target.kind === 'identifier' && builtins.has(target.name)) {
      const own = this.ownName(target.name);
      const isDefined = own?.kind === 'function' ? own.body !== undefined : own !== undefined;
      if (!isDefined || (own?.kind !== 'function' && libraryBuiltins.has(target.name)))
        return checkBuiltin(this, target.name, args, span);
    }
    if (target.kind === 'identifier' && !this.lookup(target.name)) return this.callUndeclared(target.name, node);
    const callee = this.callee(rvalueOf(this.expression(target)), target.span);
    if (!callee) {
      for (const arg of args) this.rvalue(arg);
      return errorNode(span);
    }
    const values = this.arguments(callee.type, args, { name: calleeName(callee.callee), span });
    return { kind: 'call', callee: callee.callee, arguments: values, type: callee.type.returns, span };
  }

  callUndeclared(name: string, node: Expression & { readonly kind: 'call' }): Typed {
    const kfunc = this.environment.btf?.function(name);
    if (kfunc) {
      this.declareKernelFunction(name, kfunc, node.span);
      return rvalueOf(this.call(node));
    }
    this.undeclared(name, node.callee.span);
    for (const arg of node.arguments) this.rvalue(arg);
    return errorNode(node.span);
  }

  kernelFunction(name: string, type: FunctionType, span: Span): FunctionSymbol {
    return {
      kind: 'function',
      name,
      type,
      storage: 'extern',
      section: '.ksyms',
      weak: false,
      hidden: false,
      ksym: true,
      inline: 'auto',
      helperId: undefined,
      naked: false,
      body: undefined,
      parameters: [],
      span,
      declTags: [],
      used: true,
    };
  }

  callee(value: Typed, span: Span): { readonly callee: Callee; readonly type: FunctionType } | undefined {
    if (value.kind === 'error') return undefined;
    const pointed = value.type.canonical;
    const type = pointed.kind === 'pointer' ? pointed.to.canonical : pointed;
    if (type.kind !== 'function') {
      this.diagnostics.error(
        'not-function',
        `called object type ${quoteType(value.type)} is not a function or function pointer`,
        span,
      );
      return undefined;
    }
    if (value.kind === 'function-address') return { callee: { kind: 'symbol', function: value.function }, type };
    const helper = helperNumber(value);
    if (helper) return { callee: { kind: 'helper', ...helper }, type };
    return { callee: { kind: 'pointer', value }, type };
  }

  arguments(
    type: FunctionType,
    args: readonly Expression[],
    call: { readonly name: string; readonly span: Span },
  ): Typed[] {
    const wanted = type.parameters.length;
    const isWrong = type.variadic || type.unspecified ? args.length < wanted : args.length !== wanted;
    if (isWrong) {
      const problem = args.length < wanted ? 'too few' : 'too many';
      const least = type.variadic ? 'at least ' : '';
      this.diagnostics.error(
        'argument-count',
        `${problem} arguments to function call, expected ${least}${wanted}, have ${args.length}`,
        call.span,
      );
    }
    return args.map((arg, i) => {
      const value = this.rvalue(arg);
      const parameter = type.parameters[i];
      if (parameter) return this.assignable(value, parameter.type, 'passing');
      return this.refuseFloat(isInteger(value.type) ? convert(value, promoted(value.type)) : value);
    });
  }

  override elvis(condition: Typed, other: Typed, span: Span): Typed {
    if (condition.kind === 'error') return condition;
    if (condition.kind === 'constant') return this.conditionalOperator(condition, condition, other, span);
    const variable = temporary(condition.type, span);
    const place: Place = { kind: 'variable', variable, type: condition.type, span };
    const value: Typed = { kind: 'load', place, type: condition.type, span };
    const result = this.conditionalOperator(value, value, other, span);
    const store = { offset: 0, bits: undefined, type: condition.type, value: condition };
    return {
      kind: 'statement-expression',
      body: [{ kind: 'local', variable, initial: { zero: false, stores: [store] }, span }],
      result,
      type: result.type,
      span,
    };
  }
}

function calleeName(callee: Callee): string {
  if (callee.kind === 'symbol') return callee.function.name;
  return callee.kind === 'helper' ? callee.name : '';
}

/** Number of the helper a function pointer holds: `(void *)1`, or a static variable that was initialised so. */
function helperNumber(value: Typed): { readonly id: number; readonly name: string } | undefined {
  if (value.kind === 'constant') {
    return value.value > 0n && value.value < HELPER_LIMIT
      ? { id: Number(value.value), name: `helper_${value.value}` }
      : undefined;
  }
  if (value.kind === 'convert') return helperNumber(value.value);
  if (value.kind !== 'load' || value.place.kind !== 'variable') return undefined;
  const { variable } = value.place;
  const { initial } = variable;
  if (initial?.bytes.length !== 8 || initial.addresses.length > 0) return undefined;
  const id = new DataView(initial.bytes.buffer, initial.bytes.byteOffset, 8).getBigUint64(0, true);
  return id > 0n && id < HELPER_LIMIT ? { id: Number(id), name: variable.name } : undefined;
}
