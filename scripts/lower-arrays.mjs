// Rewrites what walks and takes apart arrays, where the types say that it is arrays, to plain indexing: most of what the package does
// it does once, in V8's interpreter, for which the protocol of iterators is several times the code and the work.
//
//     for (const [name, row] of rows) use(name, row);
//     for (let i = 0, list = rows; i < list.length; i++) { const { 0: name, 1: row } = list[i]; use(name, row); }
//
// Nothing else changes: an array's iterator, too, looks at the length again before each element.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import ts from 'typescript';

const { factory } = ts;

/** Plugin of esbuild: lowers the files of a TypeScript project. */
export function loweredArrays(configuration) {
  let program;
  return {
    name: 'lowered-arrays',
    setup({ onLoad }) {
      onLoad({ filter: /\.ts$/, namespace: 'file' }, ({ path }) => {
        program ??= programOf(configuration);
        const source = program.getSourceFile(path);
        return { contents: source ? lowerArrays(source, program) : readFileSync(path, 'utf8'), loader: 'ts' };
      });
    },
  };
}

function programOf(configuration) {
  const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic: ({ messageText }) => console.error(messageText) };
  const { fileNames, options } = ts.getParsedCommandLineOfConfigFile(resolve(configuration), {}, host);
  return ts.createProgram(fileNames, options);
}

/** The text of a program's file, lowered. */
export function lowerArrays(source, program) {
  const checker = program.getTypeChecker();
  const { transformed } = ts.transform(source, [(context) => new Lowering(checker, context).visit]);
  return ts.createPrinter().printFile(transformed[0]);
}

const typedArray = /^(?:Float|(?:Big)?(?:Ui|I)nt)\d+(?:Clamped)?Array$/;
const match = /^RegExp(?:Exec|Match)Array$/;

class Lowering {
  #checker;
  #context;

  constructor(checker, context) {
    this.#checker = checker;
    this.#context = context;
  }

  visit = (node) => {
    if (ts.isForOfStatement(node) && ts.isVariableDeclarationList(node.initializer)) return this.#loop(node);
    if (ts.isArrayBindingPattern(node)) return this.#pattern(node);
    return this.#inside(node);
  };

  #inside(node) {
    return ts.visitEachChild(node, this.visit, this.#context);
  }

  #isArray(type) {
    if (type.isUnion()) return type.types.every((part) => this.#isArray(part));
    if (type.isTypeParameter()) return this.#isArray(this.#checker.getApparentType(type));
    if (this.#checker.isArrayType(type) || this.#checker.isTupleType(type)) return true;
    const name = type.symbol?.name ?? '';
    return typedArray.test(name) || match.test(name);
  }

  #isArrayAt(node) {
    return this.#isArray(this.#checker.getTypeAtLocation(node));
  }

  /** `[a, , b = 1]` becomes `{ 0: a, 2: b = 1 }`. */
  #pattern(node) {
    if (!this.#isArrayAt(node) || node.elements.some(({ dotDotDotToken }) => dotDotDotToken)) return this.#inside(node);
    const parts = node.elements.flatMap((element, i) => {
      if (ts.isOmittedExpression(element)) return [];
      const initial = element.initializer && this.visit(element.initializer);
      return factory.createBindingElement(
        undefined,
        factory.createNumericLiteral(i),
        this.visit(element.name),
        initial,
      );
    });
    return factory.createObjectBindingPattern(parts);
  }

  #loop(node) {
    const { array, declare } = this.#entries(node) ?? this.#elements(node);
    if (!this.#isArrayAt(array)) return this.#inside(node);
    const [i, list] = [factory.createUniqueName('i'), factory.createUniqueName('list')];
    const body = this.visit(node.statement);
    return factory.createForStatement(
      factory.createVariableDeclarationList(
        [declaration(i, factory.createNumericLiteral(0)), declaration(list, this.visit(array))],
        ts.NodeFlags.Let,
      ),
      factory.createLessThan(i, factory.createPropertyAccessExpression(list, 'length')),
      factory.createPostfixIncrement(i),
      factory.createBlock([
        factory.createVariableStatement(
          undefined,
          factory.createVariableDeclarationList(
            declare(i, factory.createElementAccessExpression(list, i)),
            node.initializer.flags,
          ),
        ),
        ...(ts.isBlock(body) ? body.statements : [body]),
      ]),
    );
  }

  /** `for (const name of array)` */
  #elements({ initializer, expression }) {
    const { name } = initializer.declarations[0];
    return { array: expression, declare: (_, element) => [declaration(this.visit(name), element)] };
  }

  /** `for (const [index, name] of array.entries())` */
  #entries({ initializer, expression }) {
    const { name } = initializer.declarations[0];
    if (!ts.isCallExpression(expression) || !ts.isPropertyAccessExpression(expression.expression)) return undefined;
    if (expression.expression.name.text !== 'entries' || !ts.isArrayBindingPattern(name)) return undefined;
    if (name.elements.some(({ initializer, dotDotDotToken }) => initializer ?? dotDotDotToken)) return undefined;
    const declare = (...values) =>
      name.elements.flatMap((part, i) =>
        ts.isOmittedExpression(part) ? [] : declaration(this.visit(part.name), values[i]),
      );
    return { array: expression.expression.expression, declare };
  }
}

const declaration = (name, value) => factory.createVariableDeclaration(name, undefined, undefined, value);
