import { expect, test } from 'vitest';
import { renderDiagnostic } from '../base/index.ts';
import { findClang, parseClangMessages } from './clang.ts';

const text = 'int f(void)\n{\n  return missing;\n}\n';
const sources = new Map([['a.bpf.c', text]]);

test('messages get the span of their word, and keep their notes', () => {
  const [error, ...others] = parseClangMessages(
    [
      "a.bpf.c:3:10: error: use of undeclared identifier 'missing'",
      '  return missing;',
      '         ^',
      'a.bpf.c:1:5: note: in this function',
      'a.bpf.c:3:3: warning: nothing much',
      '2 diagnostics generated.',
    ].join('\n'),
    sources,
  );
  expect(error).toMatchObject({ severity: 'error', message: "use of undeclared identifier 'missing'" });
  expect(error?.span).toMatchObject({
    start: text.indexOf('missing'),
    end: text.indexOf('missing') + 'missing'.length,
  });
  expect(error?.notes).toHaveLength(1);
  expect(others.map(({ severity }) => severity)).toEqual(['warning']);
  expect(renderDiagnostic(error as NonNullable<typeof error>)).toContain('a.bpf.c:3:10: error');
});

test('fatal errors, those of other files and those of the driver are errors, too', () => {
  const messages = parseClangMessages(
    "a.bpf.c:1:1: fatal error: 'x.h' file not found\n/usr/include/y.h:7:2: error: unknown type\nclang: error: no input files\n",
    sources,
  );
  expect(messages.map(({ severity }) => severity)).toEqual(['error', 'error', 'error']);
  expect(messages.at(-1)?.message).toBe('no input files');
});

test('clang is found by name or by version, or not at all', () => {
  expect(findClang({ PATH: '' })).toBeUndefined();
  expect(findClang({ PATH: '/nowhere' })).toBeUndefined();
});
