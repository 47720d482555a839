// Runs the kernel test suite on Debian's 6.1 kernel in QEMU: fetches the kernel, makes the initramfs, boots, reports.
// --timeout is how long the machine may say nothing: how long it takes is its own affair.
// usage: node scripts/qemu/run.mjs [-t NAME-PATTERN] [--timeout SECONDS] [--accel tcg|kvm] [--shell] [--results FILE] [PATH-FILTER...]

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { bundleTests, importTypeScript, kernelTests, list } from './bundle.mjs';
import { remoteTools, startHostService } from './host-service.mjs';
import { Initramfs } from './initramfs.mjs';
import { command, kernelPackage } from './kernel-package.mjs';
import { baseArchive, cache, machineArguments, root } from './machine.mjs';
import { Reporter } from './reporter.mjs';

function parseCommandLine() {
  const options = {
    name: { type: 'string', short: 't' },
    timeout: { type: 'string', default: '1500' },
    accel: { type: 'string', default: process.env.TSBPF_QEMU_ACCEL ?? 'tcg' },
    shell: { type: 'boolean', default: false },
    results: { type: 'string' },
  };
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  return { ...values, timeoutSeconds: Number(values.timeout), filters: positionals };
}

// The machine has no Python to run BCC's tools with.
function recordBccTexts() {
  const folder = join(root, 'build/bcc-texts');
  if (existsSync(folder)) return;
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
  archive.file('/app/tests.json', JSON.stringify({ files: bundled, silenceMs: options.timeoutSeconds * 800 }));
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
  return [
    ...machineArguments(kernel, join(run, 'initrd.cpio'), { accel: options.accel, memory: 2048 }),
    ...['-serial', `unix:${join(run, 'results')}`],
    ...['-device', 'virtio-serial-pci', '-chardev', `socket,path=${join(run, 'service')},id=service`],
    ...['-device', 'virtserialport,chardev=service,name=tsbpf.service'],
    ...['-drive', `file=${join(run, 'disk')},format=raw,if=none,id=disk`, '-device', 'virtio-blk-pci,drive=disk'],
    ...['-device', 'virtio-rng-pci'],
  ];
}

async function boot(run, kernel, options) {
  const reporter = new Reporter(process.stdout);
  let newsAtMs = performance.now();
  let allRead;
  const results = createServer((socket) => {
    const lines = createInterface({ input: socket });
    lines.on('line', (line) => {
      reporter.line(line);
      newsAtMs = performance.now();
    });
    allRead = once(lines, 'close');
    socket.on('error', () => {});
  });
  await new Promise((resolve) => results.listen(join(run, 'results'), resolve));
  const { compile } = await importTypeScript(root, 'test/support/compile-c.ts', cache);
  const service = await startHostService(join(run, 'service'), root, compile);
  const stdio = options.shell ? 'inherit' : ['ignore', 'pipe', 'inherit'];
  const machine = spawn('qemu-system-x86_64', qemuArguments(run, kernel, options), { stdio });
  if (machine.stdout) createInterface({ input: machine.stdout }).on('line', (line) => reporter.console(line));
  const stop = (reason) => {
    clearInterval(watch);
    reporter.problem(reason);
    machine.kill('SIGKILL');
  };
  const watch = setInterval(() => {
    if (performance.now() - newsAtMs > options.timeoutSeconds * 1000) stop(`no news for ${options.timeoutSeconds} s`);
  }, 1000);
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
    await allRead;
  } finally {
    clearInterval(watch);
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
