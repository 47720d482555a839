// Blueprint in, running session out.

import { UsageError } from '../base/index.ts';
import type { Host, HostLoadOptions } from '../host/index.ts';
import type { BpfObject } from '../object/index.ts';
import { readObject, setMaxEntries } from '../object/index.ts';
import { withGlobals } from './globals.ts';
import { Session } from './session.ts';
import type { ObjectTypes, TypedObject, UntypedObject } from './types.ts';

/** How to load. */
export interface LoadOptions<T extends ObjectTypes = UntypedObject> extends HostLoadOptions {
  /** Default: the running kernel. */
  readonly host?: Host;
  /** Initial values of global variables, as in `{ target_pid: 1234 }`; the others keep what the program says. */
  readonly globals?: Readonly<Partial<T['globals']>>;
  /** Other sizes for maps, as in `{ events: 1 << 20 }`. */
  readonly maxEntries?: Readonly<Record<string, number>>;
}

let defaultHost: Host | undefined;

/** The host that is used where none is given. */
export async function runningKernel(): Promise<Host> {
  if (!defaultHost) {
    // Loaded when first needed: objects can be read and run in the embedded machine without it.
    const { kernelHost } = await import('../kernel/index.ts');
    defaultHost = kernelHost();
  }
  return defaultHost;
}

/**
 * Relocates an object for its host, creates its maps and loads its programs; nothing is attached yet.
 *
 * @throws VerifierError when a program is refused; SyscallError or UnsupportedError when the kernel cannot or may not.
 *   Nothing stays behind then.
 * @example
 * await using session = await load(object, { globals: { target_pid: process.pid } });
 * session.attach();
 */
export async function load<T extends ObjectTypes = UntypedObject>(
  object: TypedObject<T>,
  options: LoadOptions<T> = {},
): Promise<Session<T>> {
  checkObject(object);
  const { host = await runningKernel(), globals, maxEntries, ...hostOptions } = options;
  let prepared: BpfObject = object;
  if (globals) prepared = withGlobals(prepared, globals);
  if (maxEntries) prepared = setMaxEntries(prepared, maxEntries);
  return new Session<T>(prepared, host, await host.load(prepared, hostOptions));
}

// Callers in plain JavaScript have no type checker.
function checkObject(object: unknown): void {
  const isObject = typeof object === 'object' && object !== null && 'programs' in object && 'maps' in object;
  if (!isObject) {
    throw new UsageError('load takes an object with programs and maps', {
      hint: 'compile(text) makes one of C, openObject(path) reads one from a file',
    });
  }
}

/** The object inside a module that `tsbpf build -o prog.ts` wrote. */
export function objectFromBase64<T extends ObjectTypes>(name: string, base64: string): TypedObject<T> {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  return readObject(bytes, { name });
}
