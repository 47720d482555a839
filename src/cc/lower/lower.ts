// From the typed tree to the IR: every function with a body that something needs.

import { isConst, isVoid, isVolatile, sizeOf } from '../check/ctypes.ts';
import type { FunctionSymbol, Program, StaticData, Variable } from '../check/types.ts';
import type { Diagnostics } from '../diagnostics.ts';
import { constant, symbolAddress } from '../ir/build.ts';
import type { IrFunction, IrModule, Parameter, SymbolAddress } from '../ir/types.ts';
import { type LoweredModule, RelocationTable } from './module.ts';
import { irType, isRegister, type LowerContext } from './places.ts';
import { StatementLowering } from './statements.ts';

/** Sections whose functions are no programs. */
function isProgram(symbol: FunctionSymbol): boolean {
  return symbol.section !== undefined && symbol.section !== '.text' && symbol.storage !== 'static';
}

/** Kind of function in the module. Static functions with a section of their own are kept as called. */
function linkageOf(symbol: FunctionSymbol): IrFunction['linkage'] {
  if (isProgram(symbol)) return 'program';
  return symbol.storage === 'static' || symbol.hidden ? 'static' : 'global';
}

/** Lowers a checked program. */
export function lower(program: Program, diagnostics: Diagnostics): LoweredModule {
  const ir: IrModule = {
    functions: new Map(),
    constants: new Map(),
    constantAddresses: new Map(),
    privateData: new Map(),
    externs: new Set(),
  };
  const relocations = new RelocationTable();
  const symbols = new Map<string, Variable | FunctionSymbol>();
  const context: LowerContext = {
    diagnostics,
    relocations,
    stringVariable: program.stringVariable,
    symbolOf(variable): string {
      variable.used = true;
      symbols.set(variable.symbol, variable);
      return variable.symbol;
    },
    isSymbol: (name) => symbols.has(name),
  };
  for (const symbol of program.functions) symbols.set(symbol.name, symbol);
  for (const variable of program.variables) symbols.set(variable.symbol, variable);
  for (const symbol of program.functions) {
    if (symbol.body) ir.functions.set(symbol.name, lowerFunction(symbol, context));
  }
  for (const variable of program.variables) {
    if (variable.storage === 'extern') ir.externs.add(variable.symbol);
    addContents(ir, variable);
  }
  for (const { initial } of program.variables)
    for (const { target } of initial?.addresses ?? [])
      if (target.kind === 'variable') ir.privateData.delete(target.symbol);
  return { ir, program, relocations: relocations.list, symbols };
}

/** What the optimizer may know of a variable: that it is constant, or that nobody else sees it. */
function addContents(ir: IrModule, variable: Variable): void {
  const { symbol, initial } = variable;
  if (isReadOnly(variable) && initial) ir.constants.set(symbol, initial.bytes);
  else if (isPrivate(variable)) ir.privateData.set(symbol, contentsOf(variable));
  else return;
  if (initial) addAddresses(ir, symbol, initial);
}

function addAddresses(ir: IrModule, symbol: string, { addresses }: StaticData): void {
  if (addresses.length === 0) return;
  const rows = addresses.map(({ offset, target, addend }): [number, SymbolAddress] => {
    const name = target.kind === 'variable' ? target.symbol : target.name;
    return [offset, symbolAddress(name, addend)];
  });
  ir.constantAddresses.set(symbol, new Map(rows));
}

/** Contents that nobody changes before or after loading: `const`, but not `const volatile`. */
function isReadOnly(variable: Variable): boolean {
  if (variable.section?.startsWith('.rodata.str')) return true;
  return isConst(variable.type) && !isVolatile(variable.type) && variable.section === undefined && !variable.weak;
}

/** Seen by nobody but this module: no section of its own, not volatile. */
function isPrivate({ storage, type, section, weak }: Variable): boolean {
  return storage === 'static' && section === undefined && !weak && !isVolatile(type);
}

function contentsOf({ initial, type }: Variable): Uint8Array {
  return initial?.bytes ?? new Uint8Array(sizeOf(type) ?? 0);
}

function lowerFunction(symbol: FunctionSymbol, context: LowerContext): IrFunction {
  const { returns } = symbol.type;
  const returnsMemory = !isVoid(returns) && !isRegister(returns);
  const fn: IrFunction = {
    name: symbol.name,
    parameters: [],
    returns: isVoid(returns) || returnsMemory ? 'void' : irType(returns) === 'ptr' ? 'ptr' : 'i64',
    blocks: [],
    linkage: linkageOf(symbol),
    inline: symbol.inline,
    nextId: 0,
    span: symbol.span,
  };
  const lowering = new StatementLowering(fn, context);
  lowering.builder.span = symbol.span;
  const parameter = (type: 'i64' | 'ptr', name: string): Parameter => {
    const made: Parameter = { kind: 'parameter', type, index: fn.parameters.length, name };
    fn.parameters.push(made);
    return made;
  };
  if (returnsMemory) lowering.resultAddress = parameter('ptr', 'result');
  for (const variable of symbol.parameters) bindParameter(lowering, variable, parameter);
  if (symbol.body) lowering.functionBody(symbol.body);
  finish(lowering, symbol);
  return fn;
}

function bindParameter(
  lowering: StatementLowering,
  variable: Variable,
  make: (type: 'i64' | 'ptr', name: string) => Parameter,
): void {
  const { type, name } = variable;
  if (!isRegister(type)) {
    lowering.bindLocal(variable, make('ptr', name));
    return;
  }
  const value = make(irType(type) === 'ptr' ? 'ptr' : 'i64', name);
  lowering.store(lowering.variableAddress(variable), lowering.fromWide(value, type), type);
}

/** Falling off the end: assembly has returned by itself, `main`-like programs return 0, others return what happens to be there. */
function finish(lowering: StatementLowering, symbol: FunctionSymbol): void {
  const { builder } = lowering;
  const { returns } = symbol.type;
  if (symbol.naked) builder.unreachable();
  else if (isVoid(returns) || !isRegister(returns)) builder.ret(undefined);
  else builder.ret(constant(irType(returns) === 'ptr' ? 'ptr' : 'i64', 0));
  dropUnreachable(builder.fn);
}

/** Removes blocks that nothing reaches, and what phis expected from them. */
export function dropUnreachable(fn: IrFunction): void {
  const seen = new Set([fn.blocks[0]]);
  const work = [fn.blocks[0]];
  for (let block = work.pop(); block; block = work.pop()) {
    for (const target of block.terminator.targets) {
      if (seen.has(target)) continue;
      seen.add(target);
      work.push(target);
    }
  }
  fn.blocks = fn.blocks.filter((block) => seen.has(block));
  for (const block of fn.blocks) {
    for (const phi of block.instructions) {
      if (phi.op !== 'phi') break;
      const kept = phi.blocks.map((from, i) => ({ from, value: phi.args[i] })).filter(({ from }) => seen.has(from));
      phi.blocks = kept.map(({ from }) => from);
      phi.args = kept.map(({ value }) => value as never);
    }
  }
}
