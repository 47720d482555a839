// Lowering arrays when the package is built must not change what a program does.

import ts from 'typescript';
import { describe, expect, test } from 'vitest';
// @ts-expect-error a script without types
import { lowerArrays } from '../../scripts/lower-arrays.mjs';

/** The TypeScript lowered. */
function lower(text: string): string {
  const options = { target: ts.ScriptTarget.ES2023, lib: ['lib.es2023.d.ts'], strict: true, types: [] };
  const host = ts.createCompilerHost(options);
  const source = ts.createSourceFile('test.ts', text, ts.ScriptTarget.ES2023, true);
  const getSourceFile: typeof host.getSourceFile = (name, ...rest) =>
    name === 'test.ts' ? source : host.getSourceFile.call(host, name, ...rest);
  return lowerArrays(source, ts.createProgram(['test.ts'], options, { ...host, getSourceFile }));
}

/** What the function `run` of the text returns. */
function run(text: string): unknown {
  const { outputText } = ts.transpileModule(text, { compilerOptions: { target: ts.ScriptTarget.ES2023 } });
  return new Function(`${outputText}\nreturn run();`)();
}

const lowered: Record<string, string> = {
  elements: 'for (const x of [1, 2, 3]) out.push(x);',
  'an array that grows': 'const list = [1]; for (const x of list) { out.push(x); if (x < 5) list.push(x + 1); }',
  'an array that shrinks': 'const list = [1, 2, 3]; for (const x of list) { out.push(x); list.pop(); }',
  holes: 'const list: (number | undefined)[] = []; list.length = 2; for (const x of list) out.push(x);',
  'the name of the loop hidden inside': 'for (const x of [1, 2]) { { const x = 3; out.push(x); } out.push(x); }',
  'closures, each with its own element':
    'const calls: (() => number)[] = []; for (let x of [1, 2]) calls.push(() => x++); for (const call of calls) out.push(call(), call());',
  'closures, each with its own index':
    'const calls: (() => number)[] = []; for (const [i] of ["a", "b"].entries()) calls.push(() => i); for (const call of calls) out.push(call());',
  'labels, continue and break':
    'outer: for (const x of [1, 2, 3]) for (const y of [1, 2, 3]) { if (y === 2) continue outer; if (x === 3) break outer; out.push(x, y); }',
  'a statement that is no block, in a loop in a loop':
    'for (const list of [[1], [2, 3]]) for (const x of list) out.push(x);',
  'index and element': 'for (const [i, [x, y]] of [[1, 2], [3, 4]].entries()) out.push(i, x, y);',
  'elements alone of entries': 'for (const [, x] of ["a", "b"].entries()) out.push(x);',
  'typed arrays': 'for (const x of Uint8Array.of(1, 300)) out.push(x);',
  'tuples and unions':
    'const list = [1, "a"] as [number, string] | readonly number[]; for (const x of list) out.push(x);',
  'type parameters':
    'function all<T extends readonly unknown[]>(list: T) { for (const x of list) out.push(x); } all([1, 2]);',
  'patterns with gaps, defaults and patterns inside':
    'const list: [number, number, [string, { z: number }], number?, null?] = [1, 2, ["a", { z: 3 }], undefined, null]; ' +
    'const [a, , [b, { z }], c = 4, d = null, e = 5] = [...list, undefined] as const; out.push(a, b, z, c, d, e);',
  parameters: 'const pairs: [string, number][] = [["a", 1]]; pairs.forEach(([name, value]) => out.push(name, value));',
  matches: 'const [, name, rest = "none"] = /(\\w)(x)?/.exec("a") ?? []; out.push(name, rest);',
};

const kept: Record<string, string> = {
  characters: 'for (const x of "a\\u{1f600}b") out.push(x); const [a, b] = "\\u{1f600}b"; out.push(a, b);',
  'maps and sets':
    'for (const [k, v] of new Map([[1, 2]])) out.push(k, v); for (const x of new Set([1])) out.push(x); const [x] = new Set([5]); out.push(x);',
  generators:
    'function* two() { yield 1; yield 2; } for (const x of two()) out.push(x); const [a, b] = two(); out.push(a, b);',
  'the rest of an array': 'const [a, ...rest] = [1, 2, 3]; out.push(a, rest);',
  'entries with defaults': 'for (const [i, x = 7] of [undefined, 1].entries()) out.push(i, x);',
  'entries of maps': 'for (const [k, v] of new Map([["a", 1]]).entries()) out.push(k, v);',
};

const program = (body: string): string => `function run() { const out: unknown[] = []; ${body} return out; }`;

describe('arrays lowered for the interpreter', () => {
  for (const [name, body] of Object.entries(lowered)) {
    test(name, () => {
      const text = lower(program(body));
      expect(text).not.toMatch(/ of |(?:const|let) \[|\(\[[a-z]+, [a-z]+\]\) =>/);
      expect(run(text)).toEqual(run(program(body)));
    });
  }
  for (const [name, body] of Object.entries(kept)) {
    test(`${name} stay`, () => {
      const text = lower(program(body));
      expect(text).toMatch(/ of |const \[/);
      expect(run(text)).toEqual(run(program(body)));
    });
  }
});
