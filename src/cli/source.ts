// Files named on the command line: C sources are compiled, objects are read.

import { readFileSync } from 'node:fs';
import type { CompileOptions, TypedObject, UntypedObject } from '../api/index.ts';
import { compilerNames, openObject as open } from '../api/index.ts';
import { renderDiagnostic, systemReason, UsageError } from '../base/index.ts';
import { parseBtf } from '../btf/index.ts';
import type { OptionSpec, VerbInput } from './verb.ts';
import { CommandLineError } from './verb.ts';

/** Options of every verb that takes C sources. */
export const compileOptions: readonly OptionSpec[] = [
  { name: 'cc', value: 'NAME', description: `compiler for C sources: ${compilerNames.join(', ')}; default: builtin` },
  { name: 'dialect', value: 'NAME', description: 'auto, bcc or libbpf; default: auto' },
  { name: 'define', short: 'D', value: 'NAME[=V]', isRepeatable: true, description: 'define a macro' },
  { name: 'undefine', short: 'U', value: 'NAME', isRepeatable: true, description: 'undefine a macro' },
  { name: 'include', short: 'I', value: 'DIR', isRepeatable: true, description: 'directory to look for headers in' },
  { name: 'warning', short: 'W', value: 'no-NAME', isRepeatable: true, description: 'switch a warning off' },
  {
    name: 'btf',
    value: 'FILE',
    description: 'types of another kernel to compile for, as in its /sys/kernel/btf/vmlinux',
  },
];

/** True for names that are compiled rather than read. */
export function isSource(path: string): boolean {
  return path.endsWith('.c');
}

function defines(input: VerbInput): Record<string, string> {
  return Object.fromEntries(
    input.texts('define').map((text) => {
      const equals = text.indexOf('=');
      return equals < 0 ? [text, '1'] : [text.slice(0, equals), text.slice(equals + 1)];
    }),
  );
}

/** A value that must be one of several. @throws CommandLineError */
function oneOf<T extends string>(option: string, value: string | undefined, known: readonly T[]): T | undefined {
  if (value === undefined) return undefined;
  const found = known.find((name) => name === value);
  if (found === undefined) throw new CommandLineError(`--${option} takes ${known.join(', ')}, not "${value}"`);
  return found;
}

const dialects = ['auto', 'bcc', 'libbpf'] as const;

/** The bytes of `--btf`. @throws UsageError when the file cannot be read; FormatError, with its name, when it is no BTF. */
function targetBtf(path: string): Uint8Array {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw new UsageError(`cannot read ${path}: ${systemReason(cause) ?? String(cause)}`, { cause });
  }
  parseBtf(bytes, { name: path });
  return bytes;
}

/** The options of {@link compileOptions} as given. */
export function compileSettings(input: VerbInput): CompileOptions {
  const btf = input.text('btf');
  const compiler = oneOf('cc', input.text('cc'), compilerNames);
  const dialect = oneOf('dialect', input.text('dialect'), dialects);
  return {
    ...(compiler ? { compiler } : {}),
    ...(dialect ? { dialect } : {}),
    ...(btf === undefined ? {} : { targetBtf: targetBtf(btf) }),
    defines: defines(input),
    undefines: input.texts('undefine'),
    includeDirectories: input.texts('include'),
    warnings: input.texts('warning'),
    onDiagnostic: (diagnostic) => console.error(renderDiagnostic(diagnostic)),
  };
}

/** The object of a C source or an ELF file; warnings go to standard error. */
export async function openObject(path: string, input: VerbInput): Promise<TypedObject<UntypedObject>> {
  return open(path, compileSettings(input));
}

/** The one file a verb takes. @throws CommandLineError */
export function onlyPositional(input: VerbInput, what: string): string {
  const [path, ...more] = input.positionals;
  if (path === undefined) throw new CommandLineError(`${what} is missing`);
  if (more.length > 0) throw new CommandLineError(`only one ${what} is taken, not also "${more.join(' ')}"`);
  return path;
}
