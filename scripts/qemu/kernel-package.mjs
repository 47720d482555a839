// Debian's cloud kernel: fetches the package, unpacks it (it is not installed), finds modules and their order.

import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';

const metaPackage = 'linux-image-cloud-amd64';

/** Runs a command; a failure says which tool or package is missing. */
export function command(file, args, options = {}) {
  try {
    return execFileSync(file, args, {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...options,
    });
  } catch (error) {
    const reason = error.code === 'ENOENT' ? `${file} is not installed` : error.stderr || error.message;
    throw new Error(`${file} ${args.join(' ')}: ${reason}`, { cause: error });
  }
}

/** Fetches (once) and unpacks a Debian package; returns the directory with its files. */
export function unpackedPackage(name, cacheDirectory) {
  const directory = join(cacheDirectory, 'packages', name);
  if (statSync(directory, { throwIfNoEntry: false })) return directory;
  const download = join(cacheDirectory, `download-${process.pid}`);
  mkdirSync(download, { recursive: true });
  try {
    command('apt-get', ['download', '-q', name], { cwd: download });
    const archive = readdirSync(download).find((file) => file.endsWith('.deb'));
    if (!archive) throw new Error(`apt-get download ${name}: no package arrived`);
    mkdirSync(join(download, 'files'));
    command('dpkg-deb', ['-x', archive, 'files'], { cwd: download });
    mkdirSync(join(cacheDirectory, 'packages'), { recursive: true });
    renameSync(join(download, 'files'), directory);
  } finally {
    rmSync(download, { recursive: true, force: true });
  }
  return directory;
}

/** The kernel image, its release and its module directory. `cacheDirectory` remembers which version was taken. */
export function kernelPackage(cacheDirectory) {
  const packages = join(cacheDirectory, 'packages');
  const known = readdirSync(packages);
  const name = known.find((entry) => entry.startsWith('linux-image-')) ?? versionedName();
  const directory = unpackedPackage(name, cacheDirectory);
  const image = readdirSync(join(directory, 'boot')).find((file) => file.startsWith('vmlinuz-'));
  if (!image) throw new Error(`${name} has no kernel image`);
  const release = image.slice('vmlinuz-'.length);
  const config = join(directory, 'boot', `config-${release}`);
  return {
    image: join(directory, 'boot', image),
    config,
    release,
    modules: join(directory, 'lib/modules', release, 'kernel'),
  };
}

function versionedName() {
  const depends = command('apt-cache', ['depends', metaPackage]);
  const name = /Depends: (linux-image-\S+)/.exec(depends)?.[1];
  if (!name) throw new Error(`apt-cache knows no ${metaPackage}: run apt-get update`);
  return name;
}

/** Paths of the named modules and all they depend on, in the order in which insmod takes them. */
export function moduleOrder(directory, names) {
  const paths = new Map();
  for (const entry of readdirSync(directory, { recursive: true })) {
    if (entry.endsWith('.ko')) paths.set(moduleName(basename(entry, '.ko')), join(directory, entry));
  }
  const ordered = new Set();
  const visit = (name) => {
    const path = paths.get(moduleName(name));
    if (!path || ordered.has(path)) return; // built in, or there already
    for (const dependency of dependencies(path)) visit(dependency);
    ordered.add(path);
  };
  for (const name of names) visit(name);
  return [...ordered];
}

const moduleName = (name) => name.replaceAll('-', '_');

// The .modinfo section is a list of NUL-terminated KEY=VALUE strings.
function dependencies(path) {
  const text = readFileSync(path, 'latin1');
  const list = /\0depends=([^\0]*)\0/.exec(text)?.[1] ?? '';
  return list.split(',').filter(Boolean);
}
