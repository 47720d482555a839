// The virtual machine: what it always holds, and how QEMU starts it.

import { existsSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Initramfs } from './initramfs.mjs';
import { moduleOrder, unpackedPackage } from './kernel-package.mjs';

export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
export const cache = join(root, 'build/qemu');
const modules = [
  ...['virtio_pci', 'virtio_console', 'virtio_blk', 'virtio_rng', 'veth', 'dummy', 'tun', 'sch_ingress', 'cls_bpf'],
  ...['act_bpf', 'null_blk', 'overlay', 'loop', 'bridge', 'vrf', 'nf_tables', 'kvm'],
];
const tools = ['setpriv', 'bpftool', 'ip', 'tc'];
/** What compiled test programs may be linked to. */
const libraries = ['libbpf.so.1', 'libelf.so.1', 'libz.so.1', 'libpcap.so.0.8'];

/** What changes rarely: kernel modules, node, libraries, tools. Kept as a file until one of its inputs changes. */
export function baseArchive(kernel) {
  const path = join(cache, `base-${kernel.release}-${process.version}.cpio`);
  if (existsSync(path) && statSync(path).mtimeMs > statSync(join(root, 'scripts/qemu/machine.mjs')).mtimeMs)
    return path;
  const archive = new Initramfs();
  for (const directory of ['proc', 'sys', 'dev', 'tmp', 'run', 'root', 'app', 'var/tmp'])
    archive.directory(`/${directory}`);
  archive.device('/dev/console', 5, 1);
  archive.copy(join(unpackedPackage('busybox-static', cache), 'bin/busybox'), '/bin/busybox');
  archive.executable(process.execPath, '/usr/bin/node');
  for (const file of ['/etc/ld.so.cache', '/etc/passwd', '/etc/group', '/etc/nsswitch.conf', '/etc/protocols']) {
    if (existsSync(file)) archive.copy(file);
  }
  archive.copy(kernel.config, `/boot/config-${kernel.release}`);
  for (const tool of tools) addTool(archive, tool);
  for (const library of libraries) addLibrary(archive, library);
  const order = moduleOrder(kernel.modules, modules);
  const inside = (module) => `/lib/modules/${kernel.release}/kernel${module.slice(kernel.modules.length)}`;
  for (const module of order) archive.copy(module, inside(module));
  archive.file('/modules.list', order.map((module) => `${inside(module)}\n`).join(''));
  archive.copyTree(join(root, 'node_modules/koffi'), '/app/node_modules/koffi', (file) =>
    /\.(js|cjs|json)$/.test(file),
  );
  const native = 'node_modules/@koromix/koffi-linux-x64';
  archive.copyTree(join(root, native), `/app/${native}`, (file) => !file.startsWith('musl'));
  archive.libraries(join(root, native, 'linux_x64/koffi.node'));
  const fresh = `${path}.${process.pid}`;
  writeFileSync(fresh, archive.finish());
  renameSync(fresh, path);
  return path;
}

function addTool(archive, name) {
  const path = ['/usr/sbin', '/usr/bin', '/sbin', '/bin'].map((directory) => join(directory, name)).find(existsSync);
  if (path) archive.executable(path, `/usr/sbin/${name}`);
}

function addLibrary(archive, name) {
  const path = ['/lib/x86_64-linux-gnu', '/usr/lib/x86_64-linux-gnu', '/usr/lib64']
    .map((directory) => join(directory, name))
    .find(existsSync);
  if (!path) return;
  archive.copy(path);
  archive.libraries(path);
}

/** Arguments that every machine starts with; its memory is in MiB. Virtio devices are numbered in the order in which they follow. */
export function machineArguments(kernel, initrd, { accel, memory }) {
  const kernelOptions = [
    'console=ttyS0 quiet loglevel=3 panic=-1 rdinit=/init',
    'lsm=landlock,lockdown,yama,bpf sysctl.kernel.kptr_restrict=0 sysctl.kernel.perf_event_paranoid=-1',
  ];
  return [
    ...['-accel', accel, '-cpu', accel === 'kvm' ? 'host,-arch-capabilities' : 'max'],
    ...['-smp', '2', '-m', String(memory), '-nographic', '-no-reboot', '-nodefaults', '-display', 'none'],
    ...['-kernel', kernel.image, '-initrd', initrd, '-append', kernelOptions.join(' ')],
    ...['-serial', 'stdio'],
  ];
}
