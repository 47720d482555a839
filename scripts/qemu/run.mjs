// Runs the kernel test suite on Debian's 6.1 kernel in QEMU: fetches the kernel, makes the initramfs, boots, reports.
// usage: node scripts/qemu/run.mjs [-t NAME-PATTERN] [--timeout SECONDS] [--accel tcg|kvm] [--shell] [--results FILE] [PATH-FILTER...]

import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bundleTests, importTypeScript, kernelTests, list } from './bundle.mjs';
import { remoteTools, startHostService } from './host-service.mjs';
import { Initramfs } from './initramfs.mjs';
import { command, kernelPackage, moduleOrder, unpackedPackage } from './kernel-package.mjs';
import { Reporter } from './reporter.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const cache = join(root, 'build/qemu');
const modules = [
  ...['virtio_pci', 'virtio_console', 'virtio_blk', 'virtio_rng', 'veth', 'dummy', 'tun', 'sch_ingress', 'cls_bpf'],
  ...['act_bpf', 'null_blk', 'overlay', 'loop', 'bridge', 'vrf', 'nf_tables', 'kvm'],
];
const tools = ['setpriv', 'bpftool', 'ip', 'tc'];
/** What compiled test programs may be linked to. */
const libraries = ['libbpf.so.1', 'libelf.so.1', 'libz.so.1', 'libpcap.so.0.8'];

function parseCommandLine() {
  const options = {
    name: { type: 'string', short: 't' },
    timeout: { type: 'string', default: '900' },
    accel: { type: 'string', default: process.env.TSBPF_QEMU_ACCEL ?? 'tcg' },
    shell: { type: 'boolean', default: false },
    results: { type: 'string' },
  };
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  return { ...values, timeoutSeconds: Number(values.timeout), filters: positionals };
}

// What changes rarely: kernel modules, node, libraries, tools. Kept as a file until one of its inputs changes.
function baseArchive(kernel) {
  const path = join(cache, `base-${kernel.release}-${process.version}.cpio`);
  if (existsSync(path) && statSync(path).mtimeMs > statSync(join(root, 'scripts/qemu/run.mjs')).mtimeMs) return path;
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
  writeFileSync(path, archive.finish());
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

// The machine has no Python to run BCC's tools with.
function recordBccTexts() {
  const folder = join(root, 'build/bcc-texts');
  if (existsSync(join(folder, 'execsnoop.json'))) return;
  command('/usr/bin/python3', [join(root, 'test/bcc/record-texts.py'), folder]);
}

// What changes with every run: the bundled tests and the files they read.
async function testArchive(run, options) {
  const files = kernelTests(root, options.filters);
  if (files.length === 0 && !options.shell) throw new Error(`no kernel test matches ${options.filters.join(' ')}`);
  const output = join(run, 'app');
  const bundled = await bundleTests(root, files, output);
  const archive = new Initramfs();
  archive.copyTree(output, '/app');
  const isData = (file) => !/\.(ts|mjs|map)$/.test(file) && statSync(join(root, file)).size < 4 << 20;
  for (const file of ['src', 'test', 'examples'].flatMap((directory) => list(root, directory)).filter(isData)) {
    archive.copy(join(root, file), `/app/${file}`);
  }
  const examples = list(root, 'examples').filter((file) => file.endsWith('.mjs'));
  if (files.includes('test/kernel/bcc-texts.test.ts')) recordBccTexts();
  const recorded = ['build/foreign-objects', 'build/bcc-texts'].flatMap((directory) => list(root, directory));
  for (const file of [...list(root, 'dist'), ...examples, ...recorded, 'package.json'])
    archive.copy(join(root, file), `/app/${file}`);
  archive.copy(join(root, 'scripts/qemu/guest-main.mjs'), '/app/guest-main.mjs');
  archive.copy(join(root, 'scripts/qemu/guest-port.mjs'), '/usr/local/lib/tsbpf/guest-port.mjs');
  const standIn = `#!/usr/bin/node\nimport('/usr/local/lib/tsbpf/remote-tool.mjs');\n`;
  archive.copy(join(root, 'scripts/qemu/remote-tool.mjs'), '/usr/local/lib/tsbpf/remote-tool.mjs');
  for (const tool of remoteTools) archive.file(`/usr/local/bin/${tool}`, standIn, true);
  archive.file('/app/tests.json', JSON.stringify({ files: bundled, fileTimeoutMs: options.timeoutSeconds * 800 }));
  const settings = { TSBPF_TEST_NAME: options.name ?? '', TSBPF_SHELL: options.shell ? '1' : '' };
  settings.TSBPF_TIME_FACTOR = options.accel === 'tcg' ? '4' : '1';
  const exports_ = Object.entries(settings).map(
    ([name, value]) => `export ${name}='${value.replaceAll("'", "'\\''")}'\n`,
  );
  archive.file('/settings.sh', exports_.join(''));
  archive.copy(join(root, 'scripts/qemu/init.sh'), '/init');
  return archive.finish();
}

function qemuArguments(run, kernel, options) {
  const kernelOptions = [
    'console=ttyS0 quiet loglevel=3 panic=-1 rdinit=/init',
    'lsm=landlock,lockdown,yama,bpf sysctl.kernel.kptr_restrict=0 sysctl.kernel.perf_event_paranoid=-1',
  ];
  return [
    ...['-accel', options.accel, '-cpu', options.accel === 'kvm' ? 'host,-arch-capabilities' : 'max'],
    ...['-smp', '2', '-m', '2G', '-nographic', '-no-reboot', '-nodefaults', '-display', 'none'],
    ...['-kernel', kernel.image, '-initrd', join(run, 'initrd.cpio'), '-append', kernelOptions.join(' ')],
    ...['-serial', 'stdio', '-serial', `unix:${join(run, 'results')}`],
    ...['-device', 'virtio-serial-pci', '-chardev', `socket,path=${join(run, 'service')},id=service`],
    ...['-device', 'virtserialport,chardev=service,name=tsbpf.service'],
    ...['-drive', `file=${join(run, 'disk')},format=raw,if=none,id=disk`, '-device', 'virtio-blk-pci,drive=disk'],
    ...['-device', 'virtio-rng-pci'],
  ];
}

async function boot(run, kernel, options) {
  const reporter = new Reporter(process.stdout);
  const results = createServer((socket) => {
    createInterface({ input: socket }).on('line', (line) => reporter.line(line));
    socket.on('error', () => {});
  });
  await new Promise((resolve) => results.listen(join(run, 'results'), resolve));
  const { compile } = await importTypeScript(root, 'test/support/compile-c.ts', cache);
  const service = await startHostService(join(run, 'service'), root, compile);
  const stdio = options.shell ? 'inherit' : ['ignore', 'pipe', 'inherit'];
  const machine = spawn('qemu-system-x86_64', qemuArguments(run, kernel, options), { stdio });
  if (machine.stdout) createInterface({ input: machine.stdout }).on('line', (line) => reporter.console(line));
  const stop = (reason) => {
    reporter.problem(reason);
    machine.kill('SIGKILL');
  };
  const timer = setTimeout(() => stop(`no end after ${options.timeoutSeconds} s`), options.timeoutSeconds * 1000);
  const interrupt = () => stop('interrupted');
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    await new Promise((resolve, reject) => {
      machine.on('close', resolve);
      machine.on('error', (cause) => {
        const hint = cause.code === 'ENOENT' ? 'apt-get install qemu-system-x86' : cause.message;
        reject(new Error(`qemu-system-x86_64 does not start: ${hint}`, { cause }));
      });
    });
  } finally {
    clearTimeout(timer);
    results.close();
    service.close();
  }
  return reporter;
}

async function main() {
  const options = parseCommandLine();
  mkdirSync(join(cache, 'packages'), { recursive: true });
  const run = mkdtempSync(join(tmpdir(), 'tsbpf-qemu-'));
  try {
    const kernel = kernelPackage(cache);
    const base = baseArchive(kernel);
    writeFileSync(join(run, 'tests.cpio'), await testArchive(run, options));
    command('sh', ['-c', 'cat "$1" "$2" > "$3"', 'sh', base, join(run, 'tests.cpio'), join(run, 'initrd.cpio')]);
    writeFileSync(join(run, 'disk'), '');
    truncateSync(join(run, 'disk'), 64 << 20);
    process.stdout.write(`booting Linux ${kernel.release} (${options.accel})\n`);
    const reporter = await boot(run, kernel, options);
    process.exitCode = options.shell ? 0 : reporter.summary();
    if (options.results) writeFileSync(options.results, JSON.stringify(reporter.counts()));
  } finally {
    rmSync(run, { recursive: true, force: true });
  }
}

try {
  await main();
} catch (error) {
  process.stderr.write(`qemu: ${error.message}\n`);
  process.exitCode = 2;
}
