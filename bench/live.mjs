// Live capture between two network namespaces: nothing may be lost without being counted, against tcpdump. Needs root.
import { execFileSync, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { buildPeer, findProgram, fixed, outputDirectory, row } from './support.mjs';

const [near, far] = ['a', 'b'].map((end) => `tsbpf-bench-${process.pid}-${end}`);
const sent = Number(process.env.BENCH_PACKETS ?? 1_000_000);
const rates = [100_000, 200_000, 1_000_000];
const path = `${outputDirectory}/live.pcap`;
const expression = 'udp and dst port 5001';
const sender = buildPeer('src/api/capture/fixtures/sender.c');
const tcpdump = findProgram(['tcpdump']);
const ip = (...args) => execFileSync('ip', args, { stdio: 'pipe', encoding: 'utf8' });

/** Runs a capture while the sender sends; the sender's rate, and the three counters told at the end. */
async function capture(command, args, rate) {
  const child = spawn('ip', ['netns', 'exec', far, command, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  let told = '';
  const ended = new Promise((resolve) => child.once('close', resolve));
  await new Promise((resolve) =>
    child.stderr.on('data', (chunk) => {
      told += String(chunk);
      if (told.includes('listening on')) resolve();
    }),
  );
  const reached = Number(ip('netns', 'exec', near, sender, '10.99.0.2', '5001', String(sent), String(rate)));
  await new Promise((resolve) => setTimeout(resolve, 500));
  child.kill('SIGINT');
  await ended;
  const counter = (name) => Number(new RegExp(`(\\d+) packets? ${name}`).exec(told)?.[1]);
  return { reached, captured: counter('captured'), dropped: counter('dropped by kernel') };
}

for (const space of [near, far]) ip('netns', 'add', space);
try {
  ip('-n', near, 'link', 'add', 'cap0', 'type', 'veth', 'peer', 'name', 'cap1', 'netns', far);
  ip('-n', near, 'address', 'add', '10.99.0.1/24', 'dev', 'cap0');
  ip('-n', far, 'address', 'add', '10.99.0.2/24', 'dev', 'cap1');
  ip('-n', near, 'link', 'set', 'cap0', 'up');
  ip('-n', far, 'link', 'set', 'cap1', 'up');
  for (const rate of rates) {
    const ours = await capture(
      process.execPath,
      ['dist/cli/main.cjs', 'capture', '-i', 'cap1', '-w', path, expression],
      rate,
    );
    const theirs =
      tcpdump && (await capture(tcpdump, ['-n', '-Z', 'root', '-i', 'cap1', '-w', path, expression], rate));
    const lost = ({ captured, dropped }) => sent / 2 - captured - dropped;
    row(
      `live capture at ${fixed(ours.reached, 0)} packets/s: neither captured nor counted`,
      lost(ours),
      theirs ? lost(theirs) : '-',
      '',
      '0',
    );
    row(`  dropped by the kernel of ${sent / 2}`, ours.dropped, theirs ? theirs.dropped : '-', '', '');
  }
} finally {
  for (const space of [near, far]) ip('netns', 'delete', space);
  rmSync(path, { force: true });
}
