// The checker of BCC's dialect: map methods, rewritten calls, parameters out of registers, programs by name.

import { decodeUtf8 } from '../../base/index.ts';
import { mapTypes } from '../../spec/index.ts';
import { Checker } from '../check/check.ts';
import { constantNode, convert } from '../check/conversions.ts';
import { arrayOf, charType, intType, pointee, typedef, unqualified } from '../check/ctypes.ts';
import { findMember } from '../check/members.ts';
import type { CheckEnvironment } from '../check/scope.ts';
import type {
  CType,
  FunctionSymbol,
  Place,
  Program,
  RecordType,
  Typed,
  TypedStatement,
  Variable,
} from '../check/types.ts';
import type { Attribute, Declaration, Declarator, Expression, Statement } from '../parse/types.ts';
import type { Span } from '../preprocess/types.ts';
import { callRules } from './calls.ts';
import { rewriteKernelReads } from './kernel-reads.ts';
import { mapTypeNames } from './map-macros.ts';
import { argumentCount, innerMapLookup, mapMethods, methodText } from './map-methods.ts';
import { isPacketRecord, type PacketFunctions } from './packet-access.ts';
import { sectionOf } from './programs.ts';
import { Templates } from './templates.ts';

type Call = Expression & { readonly kind: 'call' };
type VariableDeclaration = Declaration & { readonly kind: 'variables' };

/** Which argument of a method points at a record. */
const recordArguments: Readonly<Record<string, number>> = { perf_submit: 1, perf_submit_skb: 2, ringbuf_output: 0 };

/** Name of the text that built-in declarations are read from. */
const builtinSource = '<built-in>';

function isBuiltin(fn: FunctionSymbol): boolean {
  return fn.span.source.name === builtinSource;
}

function isMapOfMaps(node: Declaration): boolean {
  return (
    node.kind === 'variables' &&
    node.declarators.some(({ attributes }) => attributes.some(({ name }) => name === 'bcc_outer'))
  );
}

/** Strings are padded with zeros to a multiple of this: programs copy more of them than there is. */
const STRING_UNIT = 16;

/** Adds BCC's constructs to the checker. */
export class BccChecker extends Checker {
  readonly #templates: Templates;
  #packets: PacketFunctions | undefined;
  /** What is submitted to each perf or ring buffer. */
  readonly #records = new Map<string, CType>();
  /** The declaration being checked is of another text's table. */
  #isForeign = false;

  constructor(environment: CheckEnvironment) {
    super(environment);
    this.#templates = new Templates(environment.parseBuiltin);
  }

  override program(): Program {
    const program = super.program();
    for (const fn of this.functions) if (fn.body) this.#classify(fn);
    rewriteKernelReads(this.functions, this.#packets);
    // Readers of a buffer find the type of its records by the buffer's name.
    const keptTypes = [...this.#records].map(([map, type]) => typedef(`${map}_t`, type));
    return { ...program, license: program.license ?? 'GPL', keptTypes };
  }

  /** Functions that others call are inlined; the rest get the section their name or context says. */
  #classify(fn: FunctionSymbol): void {
    if (fn.section !== undefined) return;
    if (fn.inline !== 'never') fn.inline = 'always';
    if (fn.storage === 'static') return;
    const section = isBuiltin(fn) ? undefined : sectionOf(fn);
    if (section === undefined) Object.assign(fn, { storage: 'static', weak: false });
    else fn.section = section;
  }

  override applyFunctionAttributes(
    symbol: FunctionSymbol,
    node: VariableDeclaration,
    attributes: readonly Attribute[],
  ): void {
    super.applyFunctionAttributes(symbol, node, attributes);
    if (node.inline && symbol.storage === 'global') symbol.storage = 'static';
  }

  /** A map of maps may stand before the map it names. */
  override declareAll(declarations: readonly Declaration[]): void {
    const outer = declarations.filter(isMapOfMaps);
    super.declareAll(
      outer.length === 0 ? declarations : [...declarations.filter((each) => !isMapOfMaps(each)), ...outer],
    );
  }

  override declareOne(node: VariableDeclaration, declarator: Declarator): void {
    this.#isForeign = false;
    super.declareOne(node, declarator);
    const declared = this.#isForeign ? this.lookup(declarator.name) : undefined;
    if (declared?.kind === 'variable') declared.declTags.push('bcc:extern');
  }

  override call(node: Call): Place | Typed {
    const { callee, span } = node;
    if (callee.kind === 'member' && !callee.arrow) {
      const map = callee.object.kind === 'identifier' ? this.#map(callee.object.name) : undefined;
      const method = map && this.#method(map, callee, node);
      if (method) return this.expression(method);
    }
    if (callee.kind !== 'identifier') return super.call(node);
    if (callee.name === '__bcc_map_type') return this.#mapType(node);
    if (callee.name === '__bcc_map_inner') return this.#innerMap(node);
    const { name = '', parameters = [] } = this.function?.symbol ?? {};
    const defines = (wanted: string): boolean => this.ownName(wanted)?.kind === 'function';
    const place = { context: parameters[0]?.name ?? '', function: name, defines };
    const text = defines(callee.name) ? undefined : callRules[callee.name]?.(node, place);
    if (text === undefined || !Object.hasOwn(callRules, callee.name)) return super.call(node);
    return this.#countMatches(callee.name, text, node)
      ? this.expression(this.#fill(text, node.arguments, span))
      : constantNode(intType, 0n, span);
  }

  #fill(text: string, args: readonly Expression[], span: Span, map?: Expression): Expression {
    const operands = new Map<string, Expression>(args.map((arg, i) => [`__${i}`, arg]));
    if (map) operands.set('__map', map);
    return this.#templates.fill(text, operands, span);
  }

  #countMatches(name: string, text: string, node: Call): boolean {
    const wanted = argumentCount(text);
    const have = node.arguments.length;
    if (have === wanted) return true;
    const problem = have < wanted ? 'too few' : 'too many';
    this.diagnostics.error(
      'argument-count',
      `${problem} arguments to '${name}', expected ${wanted}, have ${have}`,
      node.span,
    );
    return false;
  }

  /** The type of a map that a name denotes. */
  #map(name: string): RecordType | undefined {
    const found = this.lookup(name);
    if (found?.kind !== 'variable' || found.section !== '.maps') return undefined;
    const type = found.type.canonical;
    return type.kind === 'record' ? type : undefined;
  }

  #method(map: RecordType, callee: Expression & { readonly kind: 'member' }, node: Call): Expression | undefined {
    const isOuter = findMember(map, 'values') !== undefined && callee.name === 'lookup';
    const text = isOuter ? innerMapLookup : methodText(callee.name, node.arguments.length);
    if (text === undefined) {
      const names = Object.keys(mapMethods).join(', ');
      this.diagnostics.error('map-method', `no map method '${callee.name}'`, callee.nameSpan, {
        hint: `methods are ${names}`,
      });
      return { kind: 'error', span: node.span };
    }
    if (!this.#countMatches(callee.name, text, node)) return { kind: 'error', span: node.span };
    this.#noteRecord(callee, node);
    return this.#fill(text, node.arguments, node.span, callee.object);
  }

  #noteRecord({ name, object }: Expression & { readonly kind: 'member' }, node: Call): void {
    const argument = node.arguments[recordArguments[name] ?? -1];
    if (!argument || object.kind !== 'identifier') return;
    const isSimple =
      argument.kind === 'identifier' || (argument.kind === 'unary' && argument.operand.kind === 'identifier');
    const type = isSimple ? pointee(this.rvalue(argument).type) : undefined;
    if (type?.canonical.kind === 'record') this.#records.set(object.name, unqualified(type));
  }

  /** Number of a map type by BCC's name; a histogram over `int` is an array. */
  #mapType(node: Call): Typed {
    const [name, key] = node.arguments;
    const text = name?.kind === 'string' ? decodeUtf8(name.bytes).replace(/[$:].*$/, '') : '';
    if (text === 'extern') this.#isForeign = true;
    const isIndexed =
      text === 'histogram' && key !== undefined && pointee(this.rvalue(key).type)?.canonical === intType;
    const wanted = isIndexed ? 'array' : mapTypeNames[text];
    const row = mapTypes.find((candidate) => candidate.name === wanted);
    if (!row) {
      this.diagnostics.error('map-type', `unknown map type "${text}"`, node.span, {
        hint: `types are ${Object.keys(mapTypeNames).join(', ')}`,
      });
    }
    return constantNode(intType, row?.value ?? 1, node.span);
  }

  /** The map that a string names. */
  #innerMap(node: Call): Place | Typed {
    const [name] = node.arguments;
    const text = name?.kind === 'string' ? decodeUtf8(name.bytes) : '';
    return this.expression({ kind: 'identifier', name: text, span: node.span });
  }

  /** A string as `memcpy` of a fixed size may read it: followed by zeros. */
  override stringVariable(place: Place & { readonly kind: 'string' }): Variable {
    const size = Math.ceil(place.bytes.length / STRING_UNIT) * STRING_UNIT;
    const bytes = new Uint8Array(size);
    bytes.set(place.bytes);
    return super.stringVariable({ ...place, bytes, type: arrayOf(charType, size) });
  }

  /** The first access to a packet header brings in the functions that do it. */
  override memberOf(
    object: Place,
    record: RecordType,
    name: string,
    spans: { readonly name: Span; readonly whole: Span },
  ): Place | Typed {
    if (isPacketRecord(record) && !this.#packets) {
      const [extract, insert] = [this.lookup('bpf_dext_pkt'), this.lookup('bpf_dins_pkt')];
      if (extract?.kind === 'function' && insert?.kind === 'function') this.#packets = { extract, insert };
    }
    return super.memberOf(object, record, name, spans);
  }

  override functionBody(symbol: FunctionSymbol, body: Statement & { readonly kind: 'block' }): TypedStatement {
    const [context, ...rest] = symbol.parameters;
    const checked = super.functionBody(symbol, body);
    const record = context && pointee(context.type)?.canonical;
    const isProbe =
      record?.kind === 'record' && record.tag === 'pt_regs' && symbol.storage !== 'static' && !isBuiltin(symbol);
    if (!context || !isProbe || rest.length === 0) return checked;
    const locals = this.#registerLocals(symbol, context, rest);
    symbol.parameters = [context];
    symbol.type = { ...symbol.type, parameters: symbol.type.parameters.slice(0, 1) };
    Object.assign(symbol.type, { canonical: symbol.type });
    return { kind: 'block', body: [...locals, checked], span: body.span };
  }

  /** Parameters beyond the context become locals that are filled from the registers of a call. */
  #registerLocals(symbol: FunctionSymbol, context: Variable, parameters: readonly Variable[]): TypedStatement[] {
    const isSystemCall =
      symbol.name.startsWith('syscall__') ||
      symbol.name.startsWith('kprobe____x64_sys_') ||
      symbol.name.startsWith('kprobe____arm64_sys_');
    return this.inScope(() => {
      this.declareName('__bcc_ctx', context);
      return parameters.map((variable, i): TypedStatement => {
        const text = isSystemCall
          ? `({ unsigned long __bcc_value = 0; struct pt_regs *__bcc_regs = (struct pt_regs *)PT_REGS_PARM1(__bcc_ctx);
              bpf_probe_read_kernel(&__bcc_value, sizeof(__bcc_value), &PT_REGS_PARM${i + 1}_SYSCALL(__bcc_regs)); __bcc_value; })`
          : `PT_REGS_PARM${i + 1}(__bcc_ctx)`;
        const value = convert(this.rvalue(this.#templates.fill(text, new Map(), variable.span)), variable.type);
        Object.assign(variable, { storage: 'local' });
        const store = { offset: 0, bits: undefined, type: variable.type, value };
        return { kind: 'local', variable, initial: { zero: false, stores: [store] }, span: variable.span };
      });
    });
  }
}
