// Programs that the running kernel refuses, and what people are told.

import { writeFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { compileC } from '../../test/support/compile-c.ts';
import { VerifierError } from '../base/index.ts';
import { readObject } from '../object/index.ts';
import { kernelRelease, openDescriptors } from '../sys/index.ts';
import { type Rejection, rejections } from './fixtures/rejections.ts';
import { kernelHost } from './host.ts';

afterEach(() => {
  expect(openDescriptors()).toEqual([]);
});

const head = `#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
`;

/** Rejections that newer kernels have no reason for any more. */
const acceptedSince: Readonly<Record<string, string>> = { 'stack-uninitialised': '6.3' };

async function refusalOf({
  name,
  source,
  license = 'GPL',
}: Rejection): Promise<{ error: VerifierError; text: string }> {
  const text = `${head}char LICENSE[] SEC("license") = "${license}";\n${source}`;
  const object = readObject(await compileC(text), { name: `${name}.bpf.o` });
  try {
    const loaded = await kernelHost().load(object);
    loaded[Symbol.dispose]();
  } catch (error) {
    if (error instanceof VerifierError) return { error, text };
    throw error;
  }
  throw new Error(`${name} was accepted by Linux ${kernelRelease().text}`);
}

describe('refused programs', () => {
  for (const rejection of rejections) {
    test(rejection.name, async () => {
      const { error, text } = await refusalOf(rejection).catch((problem: Error) => {
        const since = acceptedSince[rejection.name];
        if (since && problem.message.includes('was accepted')) return { error: undefined, text: '' };
        throw problem;
      });
      if (!error) return;
      if (process.env.UPDATE_GOLDEN) {
        writeFileSync(new URL(`fixtures/rejections/${rejection.name}.log`, import.meta.url), error.log);
      }
      expect(error.program).toBe('prog');
      expect(error.summary).toMatch(rejection.summary);
      expect(error.summary).not.toContain('\n');
      expect(error.excerpt.length).toBeGreaterThan(0);
      expect(error.excerpt.length).toBeLessThanOrEqual(9);
      expect(error.log.length).toBeGreaterThan(0);
      if (rejection.withoutLine) return;
      const line = text.split('\n').findIndex((candidate) => candidate.includes('// HERE')) + 1;
      expect(error.source).toMatchObject({ line, file: expect.stringContaining('source.bpf.c') });
      expect(error.source?.text).toContain('// HERE');
      expect(error.message).toContain(`:${line}: `);
    });
  }
});
