// Finds the file meant by the name of a program or library, as users and section names give it: `libc`, `bash`, `/usr/bin/x`.

import { accessSync, constants, readdirSync, statSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { suggest, UsageError } from '../base/index.ts';
import { libraryCache } from './library-cache.ts';
import { processMaps } from './process-maps.ts';

const libraryDirectories = ['/lib', '/usr/lib', '/lib64', '/usr/lib64', '/usr/local/lib'];

/**
 * The path of a program or library, such that this process can open it.
 *
 * - with a slash: that file; for a process in another mount namespace, seen from there (`/proc/PID/root/...`);
 * - `libssl.so.3`: mapped by the process, else known to the dynamic linker, else in a library directory;
 * - `bash`: an executable in `PATH`;
 * - `libc` or `c`: the library of that name whatever its version.
 * @throws UsageError when there is none.
 */
export function findBinary(name: string, pid?: number): string {
  if (name === '') throw new UsageError('the path of the program or library is empty');
  if (name.includes('/')) return existing(seenFrom(resolve(name), pid), name);
  const found = mappedBy(name, pid) ?? cachedLibrary(name) ?? libraryFile(name) ?? executable(name) ?? anyVersion(name);
  if (found) return found;
  throw new UsageError(`there is no program or library "${name}"`, { hint: hint(name) });
}

const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;

function existing(path: string, name: string): string {
  try {
    if (statSync(path).isFile()) return path;
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    throw new UsageError(`cannot find ${name}: ${code === 'EACCES' ? 'permission denied' : 'no such file'}`, { cause });
  }
  throw new UsageError(`${name} is not a file`);
}

/** The path under which this process reaches a file of the other's mount namespace. */
export function seenFrom(path: string, pid: number | undefined): string {
  return pid === undefined || sharesMounts(pid) ? path : `/proc/${pid}/root${path}`;
}

function sharesMounts(pid: number): boolean {
  try {
    return statSync(`/proc/${pid}/ns/mnt`).ino === statSync('/proc/self/ns/mnt').ino;
  } catch {
    return true; // gone, or not ours to look at: nothing better than our own view
  }
}

function mappedBy(name: string, pid: number | undefined): string | undefined {
  if (pid === undefined) return undefined;
  const prefix = libraryPrefix(name);
  const matches = (path: string): boolean => {
    const base = path.slice(path.lastIndexOf('/') + 1);
    return base === name || base.startsWith(`${prefix}.so`) || base.startsWith(`${prefix}-`);
  };
  const region = processMaps(pid).find(({ path, executable: code }) => code && path.startsWith('/') && matches(path));
  return region && seenFrom(region.path, pid);
}

const libraryPrefix = (name: string): string => (name.startsWith('lib') ? name : `lib${name}`).replace(/\.so$/, '');

function cachedLibrary(name: string): string | undefined {
  return libraryCache().find((library) => library.name === name)?.path;
}

function libraryFile(name: string): string | undefined {
  if (!/\.so(\.|$)/.test(name)) return undefined;
  const fromEnvironment = (process.env.LD_LIBRARY_PATH ?? '').split(/[:;]/).filter(Boolean);
  return [...fromEnvironment, ...libraryDirectories].map((directory) => join(directory, name)).find(isFile);
}

function executable(name: string): string | undefined {
  const directories = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  return [...directories, '/usr/bin', '/usr/sbin']
    .map((directory) => join(directory, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return isFile(path);
      } catch {
        return false;
      }
    });
}

function anyVersion(name: string): string | undefined {
  const start = `${libraryPrefix(name)}.so`;
  const isVersion = (file: string): boolean => file === start || file.startsWith(`${start}.`);
  const known = libraryCache().find((library) => isVersion(library.name));
  if (known) return known.path;
  for (const directory of libraryDirectories) {
    const file = listed(directory).find(isVersion);
    if (file) return join(directory, file);
  }
  return undefined;
}

function listed(directory: string): string[] {
  try {
    return readdirSync(directory).sort();
  } catch {
    return [];
  }
}

function hint(name: string): string {
  const near = suggest(
    name,
    libraryCache().map((library) => library.name),
  );
  return near
    ? `did you mean "${near}"?`
    : 'give the whole path, or a name in PATH or known to the dynamic linker (ldconfig -p)';
}
