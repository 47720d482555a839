// The checker: declarations of a translation unit, from syntax tree to typed program.

import { decodeCString } from '../../base/index.ts';
import type { Attribute, Declaration, Declarator, Statement } from '../parse/types.ts';
import type { Span } from '../preprocess/types.ts';
import { packetLoads } from './calls.ts';
import { compatible, intType, isComplete, isVoid, sizeOf, typedef, unqualified } from './ctypes.ts';
import { noteConstant } from './folded-constants.ts';
import { type CheckedInitializer, completedLike } from './initializers.ts';
import { ownNames } from './own-names.ts';
import { quoteType } from './print-type.ts';
import { attributeText, declTagsOf } from './resolve-types.ts';
import type { CheckEnvironment } from './scope.ts';
import { StatementChecker } from './statements.ts';
import { layOut } from './static-data.ts';
import { temporary } from './temporaries.ts';
import type {
  CType,
  FunctionSymbol,
  FunctionType,
  Place,
  Program,
  StaticData,
  Typed,
  TypedStatement,
  Variable,
} from './types.ts';
import { checkUnusedFunctions } from './unused.ts';

type VariableDeclaration = Declaration & { readonly kind: 'variables' };

/** Checks a whole text. */
export class Checker extends StatementChecker {
  readonly functions: FunctionSymbol[] = [];
  readonly variables: Variable[] = [];
  readonly #strings = new Map<string, Variable>();
  /** How many static variables, such as those of one name in several blocks of a function, want the same symbol. */
  readonly #symbolUses = new Map<string, number>();
  readonly #bodies: (() => void)[] = [];
  /** Texts that are being declared: a name of the headers brings another in the middle of one. */
  #depth = 0;
  #unnamed = 0;

  /** Bodies are checked after what stands in file scope, so that what is fetched is whole by then. */
  override declareAll(declarations: readonly Declaration[]): void {
    this.#depth++;
    for (const declaration of declarations) this.declare(declaration);
    if (this.#depth === 1) for (let work = this.#bodies.shift(); work; work = this.#bodies.shift()) work();
    this.#depth--;
  }

  program(): Program {
    const { mentioned, environment, diagnostics } = this;
    checkUnusedFunctions(this.functions, { mentioned, source: environment.name }, diagnostics);
    const license = this.variables.find(({ section }) => section === 'license')?.initial;
    const text = license && decodeCString(license.bytes);
    const stringVariable = (place: Place & { readonly kind: 'string' }): Variable => this.stringVariable(place);
    return { functions: this.functions, variables: this.variables, license: text, stringVariable };
  }

  declare(node: Declaration): void {
    if (node.kind === 'static-assert') {
      this.staticAssert(node.condition, node.message, node.span);
      return;
    }
    if (node.kind === 'asm') {
      this.diagnostics.warning('file-scope-asm', 'file-scope assembly is ignored', node.span);
      return;
    }
    if (node.kind === 'pragma') return;
    if (node.declarators.length === 0) {
      this.resolveType(node.type);
      return;
    }
    for (const declarator of node.declarators) this.declareOne(node, declarator);
  }

  declareOne(node: VariableDeclaration, declarator: Declarator): void {
    const isAuto = declarator.type.kind === 'auto';
    const initial =
      isAuto && declarator.initializer?.kind === 'expression' ? this.rvalue(declarator.initializer.value) : undefined;
    const type = initial ? unqualified(initial.type) : this.resolveType(declarator.type);
    if (node.storage === 'typedef') {
      this.declareTypedef(declarator, type);
      return;
    }
    if (type.canonical.kind === 'function') {
      this.declareFunction(node, declarator, type.canonical);
      return;
    }
    if (this.isFileScope || node.storage === 'static' || node.storage === 'extern')
      this.declareStatic(node, declarator, type);
  }

  declareTypedef(declarator: Declarator, type: CType): void {
    const { name, span, attributes } = declarator;
    const previous = this.scope.names.get(name);
    if (previous && previous.kind !== 'typedef') this.redefinition(name, span, previous.span);
    else if (previous?.span && !compatible(previous.type, type)) {
      this.diagnostics.error(
        'redefinition',
        `typedef redefinition with different types (${quoteType(type)} vs ${quoteType(previous.type)})`,
        span,
      );
    }
    const align = this.alignAttribute(attributes);
    this.declareName(name, { kind: 'typedef', type: typedef(name, type, align || undefined), span });
  }

  redefinition(name: string, span: Span, previous: Span | undefined): void {
    this.diagnostics.error('redefinition', `redefinition of '${name}'`, span, {
      notes: this.previousNote('previous definition is here', previous),
    });
  }

  declareFunction(node: VariableDeclaration, declarator: Declarator, type: FunctionType): void {
    const { name, span, attributes } = declarator;
    const previous = this.fileScope.names.get(name);
    let symbol: FunctionSymbol;
    if (previous?.kind === 'function') {
      if (!compatible(previous.type, type)) {
        this.diagnostics.error('conflicting-types', `conflicting types for '${name}'`, span, {
          notes: this.previousNote('previous declaration is here', previous.span),
        });
      }
      symbol = previous;
      if (previous.type.unspecified || node.body) symbol.type = type;
    } else {
      if (previous) this.redefinition(name, span, previous.span);
      symbol = this.newFunction(name, type, span);
      this.fileScope.names.set(name, symbol);
      if (!packetLoads[declarator.asmName ?? '']) this.functions.push(symbol);
    }
    this.applyFunctionAttributes(symbol, node, attributes);
    const builtin = packetLoads[declarator.asmName ?? ''];
    if (builtin) this.builtinAliases.set(name, builtin);
    if (this.scopes.length > 1) this.declareName(name, symbol);
    if (node.body) this.defineFunction(symbol, node.body, declarator);
  }

  override declareKernelFunction(name: string, type: FunctionType, span: Span): FunctionSymbol {
    const symbol: FunctionSymbol = { ...this.kernelFunction(name, type, span), weak: true };
    this.fileScope.names.set(name, symbol);
    this.functions.push(symbol);
    return symbol;
  }

  newFunction(name: string, type: FunctionType, span: Span): FunctionSymbol {
    return {
      ...this.kernelFunction(name, type, span),
      storage: 'global',
      section: undefined,
      ksym: false,
      used: false,
    };
  }

  applyFunctionAttributes(symbol: FunctionSymbol, node: VariableDeclaration, attributes: readonly Attribute[]): void {
    const names = new Set(attributes.map(({ name }) => name));
    if (node.storage === 'static') symbol.storage = 'static';
    else if (symbol.storage !== 'static' && !symbol.body && !node.body) symbol.storage = 'extern';
    const section = attributeText(attributes, 'section');
    if (section === '.ksyms') symbol.ksym = true;
    if (section !== undefined) symbol.section = section;
    if (names.has('weak')) symbol.weak = true;
    if (attributeText(attributes, 'visibility') === 'hidden') symbol.hidden = true;
    if (names.has('always_inline')) symbol.inline = 'always';
    else if (names.has('noinline')) symbol.inline = 'never';
    if (names.has('used')) symbol.used = true;
    if (names.has('unused')) this.mentioned.add(symbol);
    symbol.declTags.push(...declTagsOf(attributes));
    if (names.has('naked')) Object.assign(symbol, { naked: true, inline: 'never' });
  }

  defineFunction(symbol: FunctionSymbol, body: Statement & { readonly kind: 'block' }, declarator: Declarator): void {
    if (symbol.body) {
      this.redefinition(symbol.name, declarator.span, symbol.span);
      return;
    }
    if (symbol.storage === 'extern') symbol.storage = 'global';
    const { type } = symbol;
    if (type.variadic)
      this.diagnostics.error('variadic', 'variadic functions are not supported by BPF', declarator.span);
    if (!isVoid(type.returns) && !isComplete(type.returns)) {
      this.diagnostics.error(
        'incomplete-type',
        `incomplete result type ${quoteType(type.returns)} in function definition`,
        declarator.span,
      );
    }
    const nodes = functionParameters(declarator);
    const parameters = type.parameters.map(({ name, type: parameterType }, i): Variable => {
      const variable = temporary(parameterType, nodes[i]?.span ?? declarator.span);
      const declTags = declTagsOf(nodes[i]?.attributes ?? []);
      return { ...variable, name: name ?? '', storage: 'parameter', declTags };
    });
    Object.assign(symbol, { parameters, span: declarator.span });
    symbol.body = { kind: 'empty', span: body.span };
    this.#bodies.push(() => {
      symbol.body = this.functionBody(symbol, body);
    });
  }

  declareStatic(node: VariableDeclaration, declarator: Declarator, type: CType): void {
    const { name, span } = declarator;
    const isExtern = node.storage === 'extern' && !declarator.initializer;
    const home = isExtern ? this.fileScope : this.scope;
    const previous = home.names.get(name);
    const isAgain = previous?.kind === 'variable' && (this.isFileScope || isExtern);
    if (previous && !isAgain && (this.isFileScope || !isExtern)) this.redefinition(name, span, previous.span);
    const variable = isAgain
      ? this.redeclared(previous, type, { isExtern, span })
      : this.newStatic(node, declarator, type);
    this.applyVariableAttributes(variable, declarator.attributes);
    if (declarator.initializer) this.initializeStatic(variable, declarator);
    else if (!isExtern && !isComplete(variable.type) && !this.isFileScope) {
      this.diagnostics.error('incomplete-type', `variable has incomplete type ${quoteType(type)}`, span);
    }
  }

  newStatic(node: VariableDeclaration, declarator: Declarator, type: CType): Variable {
    const { name, span } = declarator;
    const isExtern = node.storage === 'extern' && !declarator.initializer;
    const home = isExtern ? this.fileScope : this.scope;
    const symbol = this.isFileScope || isExtern ? name : `${this.function?.symbol.name ?? ''}.${name}`;
    const storage = isExtern ? 'extern' : node.storage === 'static' ? 'static' : 'global';
    const variable: Variable = {
      ...temporary(type, span),
      name,
      storage,
      symbol: this.uniqueSymbol(symbol),
      used: false,
    };
    home.names.set(name, variable);
    if (home !== this.scope) this.declareName(name, variable);
    this.variables.push(variable);
    return variable;
  }

  uniqueSymbol(symbol: string): string {
    const uses = this.#symbolUses.get(symbol) ?? 0;
    this.#symbolUses.set(symbol, uses + 1);
    return uses === 0 ? symbol : `${symbol}.${uses}`;
  }

  redeclared(previous: Variable, type: CType, how: { readonly isExtern: boolean; readonly span: Span }): Variable {
    if (!compatible(previous.type, type)) {
      this.diagnostics.error(
        'redefinition',
        `redefinition of '${previous.name}' with a different type: ${quoteType(type)} vs ${quoteType(previous.type)}`,
        how.span,
        {
          notes: this.previousNote('previous definition is here', previous.span),
        },
      );
    }
    if (!isComplete(previous.type)) previous.type = type;
    if (!how.isExtern && previous.storage === 'extern') Object.assign(previous, { storage: 'global' });
    return previous;
  }

  initializeStatic(variable: Variable, declarator: Declarator): void {
    if (variable.initial) this.redefinition(variable.name, declarator.span, variable.span);
    const checked = this.initializer(variable.type, declarator.initializer as never);
    variable.type = completedLike(variable.type, checked.type);
    variable.initial = this.staticData(variable.type, checked, declarator.span);
  }

  applyVariableAttributes(variable: Variable, attributes: readonly Attribute[]): void {
    const names = new Set(attributes.map(({ name }) => name));
    variable.section = attributeText(attributes, 'section') ?? variable.section;
    variable.align = Math.max(variable.align, this.alignAttribute(attributes));
    if (names.has('weak')) variable.weak = true;
    if (names.has('used')) variable.used = true;
    if (attributeText(attributes, 'visibility') === 'hidden') variable.hidden = true;
    variable.declTags.push(...declTagsOf(attributes));
  }

  override staticVariable(name: string, type: CType, span: Span): Variable {
    const symbol = `${name}.${this.#unnamed++}`;
    const variable: Variable = { ...temporary(type, span), name: symbol, symbol, storage: 'static' };
    this.variables.push(variable);
    return variable;
  }

  override staticData(type: CType, initial: CheckedInitializer, _span: Span): StaticData {
    return layOut(
      { ...initial, type },
      (place) => this.stringVariable(place),
      (value) => this.notConstant(value),
    );
  }

  notConstant(value: Typed): void {
    this.diagnostics.error('not-constant', 'initializer element is not a compile-time constant', value.span);
  }

  /** The static variable that holds a string literal. */
  stringVariable(place: Place & { readonly kind: 'string' }): Variable {
    const key = `${sizeOf(place.type)}:${place.bytes.join()}`;
    let variable = this.#strings.get(key);
    if (!variable) {
      variable = this.staticVariable('.str', place.type, place.span);
      variable.initial = { bytes: place.bytes, addresses: [] };
      variable.section = '.rodata.str1.1';
      this.#strings.set(key, variable);
    }
    return variable;
  }

  override localDeclaration(node: Statement & { readonly kind: 'declaration' }): TypedStatement {
    const { declaration, span } = node;
    const body: TypedStatement[] = [];
    if (declaration.kind !== 'variables') {
      this.declare(declaration);
      return { kind: 'empty', span };
    }
    if (declaration.declarators.length === 0) this.resolveType(declaration.type);
    for (const declarator of declaration.declarators) {
      const isOther =
        declaration.storage === 'static' || declaration.storage === 'extern' || declaration.storage === 'typedef';
      const type = declarator.type.kind === 'auto' || isOther ? undefined : this.resolveType(declarator.type);
      if (isOther) this.declareOne(declaration, declarator);
      else if (type?.canonical.kind === 'function') this.declareFunction(declaration, declarator, type.canonical);
      else body.push(this.local(declarator, type));
    }
    return body.length === 1 ? (body[0] as TypedStatement) : { kind: 'block', body, declares: true, span };
  }

  local(declarator: Declarator, written: CType | undefined): TypedStatement {
    const { name, span, initializer, attributes } = declarator;
    const previous = this.scope.names.get(name);
    if (previous && previous.kind !== 'typedef') this.redefinition(name, span, previous.span);
    const auto = written ? undefined : this.autoValue(declarator);
    let type = written ?? unqualified(auto?.type ?? intType);
    const align = this.alignAttribute(attributes);
    const variable: Variable = { ...temporary(type, span), name, symbol: name, align };
    this.declareName(name, variable);
    variable.cleanup = this.cleanupOf(attributes);
    const isForUse = !variable.cleanup && !attributes.some((attribute) => attribute.name === 'unused');
    if (isForUse) this.function?.locals.push(variable);
    const stores = auto && [{ offset: 0, bits: undefined, type, value: auto }];
    let checked = stores ? { type, zero: false, stores } : initializer && this.initializer(type, initializer);
    if (checked) type = completedLike(type, checked.type);
    variable.type = type;
    if (!isComplete(type)) {
      this.diagnostics.error('incomplete-type', `variable has incomplete type ${quoteType(type)}`, span);
      variable.type = intType;
      checked = undefined;
    }
    noteConstant(variable, checked, this.constants);
    return { kind: 'local', variable, initial: checked && { zero: checked.zero, stores: checked.stores }, span };
  }

  /** Function of a `cleanup(f)` attribute. */
  cleanupOf(attributes: readonly Attribute[]): FunctionSymbol | undefined {
    const argument = attributes.findLast(({ name }) => name === 'cleanup')?.arguments[0];
    if (!argument) return undefined;
    const found = this.expression(argument);
    if (found.kind === 'function-address') return found.function;
    if (found.kind !== 'error')
      this.diagnostics.error('attribute', "'cleanup' argument is not a function", argument.span);
    return undefined;
  }

  autoValue(declarator: Declarator): Typed | undefined {
    if (declarator.initializer?.kind === 'expression') return this.rvalue(declarator.initializer.value);
    this.diagnostics.error(
      'auto-type',
      `declaration of variable '${declarator.name}' with '__auto_type' requires an initializer`,
      declarator.span,
    );
    return undefined;
  }
}

function functionParameters(
  declarator: Declarator,
): readonly { readonly span: Span; readonly attributes: readonly Attribute[] }[] {
  return declarator.type.kind === 'function' ? declarator.type.parameters : [];
}

/** Gives meaning to a translation unit. Faults go to the environment's diagnostics. */
export function check(
  declarations: readonly Declaration[],
  environment: CheckEnvironment,
  checker: Checker = new Checker(environment),
): Program {
  const { tags, typedefs } = ownNames(declarations);
  checker.ownTags = tags;
  checker.ownTypedefs = typedefs;
  checker.declareAll(declarations);
  return checker.program();
}
