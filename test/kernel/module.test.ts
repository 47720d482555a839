// `tsbpf build -o prog.ts`: the module's types are exact, as the type checker says, and the module loads.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { load, objectFromBase64, typeScriptModule } from '../../src/api/index.ts';
import { readObject, writeObject } from '../../src/object/index.ts';
import { compileC } from '../support/compile-c.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

const consumer = `
import { load } from 'tsbpf';
import { object, type Types } from './module.ts';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function exactly<_T extends true>(): void {}

export async function use(): Promise<void> {
  const session = await load(object, { globals: { factor: 3 } });
  const shape = session.map('shapes').get({ x: 1, y: 2 });
  if (shape) {
    exactly<Equal<typeof shape.id, bigint>>();
    exactly<Equal<typeof shape.name, string>>();
    exactly<Equal<typeof shape.flags.third, number>>();
    exactly<Equal<typeof shape.visible, boolean>>();
  }
  exactly<Equal<Types['maps']['per_cpu']['value'], bigint[]>>();
  exactly<Equal<Types['globals']['runs'], bigint>>();
  exactly<Equal<Types['programs'], 'emit' | 'flood'>>();
  for await (const event of session.events('events')) {
    exactly<Equal<typeof event.pid, number>>();
    exactly<Equal<typeof event.comm, string>>();
  }
  // @ts-expect-error there is no such map
  session.map('shape');
  // @ts-expect-error there is no such program
  session.program('emitt');
  // @ts-expect-error a number is wanted
  session.globals.runs = 'many';
  // @ts-expect-error there is no such variable
  await load(object, { globals: { facto: 1 } });
  // @ts-expect-error a field is missing
  session.map('shapes').get({ x: 1 });
}
`;

test('the module gives exact types to the type checker, and the object back', async (context) => {
  if (process.env.TSBPF_QEMU === '1')
    context.skip('the type checker is not in the virtual machine; its answer does not depend on the kernel');
  const object = readObject(await compileC('test/kernel/fixtures/shapes.bpf.c'), { name: 'shapes.bpf.c' });
  const text = typeScriptModule(object, writeObject(object));
  const base64 = [...text.matchAll(/^ {2}'([A-Za-z0-9+/=]+)'/gm)].map(([, part]) => part).join('');
  await using session = await load(objectFromBase64('shapes', base64));
  expect(session.programs.map(({ name }) => name)).toEqual(['emit', 'flood']);

  await mkdir(join(root, 'build'), { recursive: true });
  const directory = await mkdtemp(join(root, 'build/module-'));
  try {
    await writeFile(join(directory, 'module.ts'), text);
    await writeFile(join(directory, 'consumer.ts'), consumer);
    const { default: ts } = await import('typescript');
    const config = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
    const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, root);
    const program = ts.createProgram([join(directory, 'consumer.ts')], { ...options, noEmit: true });
    const problems = ts.getPreEmitDiagnostics(program).filter(({ file }) => file?.fileName.startsWith(directory));
    expect(problems.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))).toEqual([]);
  } finally {
    await rm(directory, { recursive: true });
  }
});
