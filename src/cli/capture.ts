// `tsbpf capture`: packets of an interface or a file through a filter, printed, counted or written.

import { captureOptions, captureTask } from './capture-options.ts';
import type { Verb, VerbInput } from './verb.ts';

async function run(input: VerbInput): Promise<number> {
  if (input.flag('list-interfaces')) return (await import('./capture-live.ts')).listInterfaces();
  const task = captureTask(input);
  const { source } = task;
  if ('file' in source) return (await import('./capture-file.ts')).filterFile(task, source.file);
  return (await import('./capture-live.ts')).captureFrom(task, source.interface);
}

export const captureVerb: Verb = {
  name: 'capture',
  usage: '-i INTERFACE|-r FILE [OPTION...] [EXPRESSION]',
  description: [
    'Takes packets from an interface or a capture file, keeps those that match EXPRESSION (the language of',
    'pcap-filter(7); none: all), and prints, counts or writes them. Addresses and ports are printed as numbers.',
    '',
    'Files: pcap and pcapng, plain, gzip or zstd. What is written has the form of what was read, unless the name',
    'ends in .pcap or .pcapng. On an interface the filter runs in the kernel, and packets come through a ring of',
    'shared memory; Ctrl-C ends the capture, and everything in the ring by then is still taken. How many packets',
    'there were, and how many found no room, is told at the end. Capturing needs CAP_NET_RAW.',
  ].join('\n'),
  options: captureOptions,
  examples: [
    ['tsbpf capture -i eth0 tcp port 443', 'see packets as they come'],
    ['tsbpf capture -r in.pcap -w web.pcap "tcp and port 80"', 'copy the packets that match'],
    ['tsbpf capture -r big.pcapng.zst --count "host 10.0.0.1"', 'count them'],
    ['tsbpf capture -i eth0 -w day-%H.pcap -G 3600 -W 24', 'a file an hour, for a day'],
    ['tsbpf capture -r in.pcap --json icmp6', 'packets for a script'],
  ],
  run,
};
