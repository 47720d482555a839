// The architecture as data: each folder of src/, and the folders it may import.
// Read top to bottom: a folder imports only folders above it.
export const layers = {
  base: [], // bytes, integers, errors, diagnostics
  spec: ['base'], // what the kernel defines, as tables only
  isa: ['base'], // instructions: encode, decode, assembly text
  elf: ['base'], // ELF files
  btf: ['base'], // type information
  object: ['base', 'spec', 'isa', 'elf', 'btf'], // programs and maps before any host sees them
  host: ['base', 'spec', 'isa', 'btf', 'object'], // the interface of the places where programs run
  pcap: ['base'], // capture files
  filter: ['base', 'spec', 'isa', 'btf', 'object'], // filter expression -> program
  cc: ['base', 'spec', 'isa', 'btf', 'object'], // C -> object
  verifier: ['base', 'spec', 'isa', 'btf', 'object'], // is this program safe?
  vm: ['base', 'spec', 'isa', 'btf', 'object', 'host'], // the embedded host
  sys: ['base', 'spec'], // the only door to the operating system
  symbols: ['base', 'elf', 'sys'], // addresses -> names
  kernel: ['base', 'spec', 'isa', 'elf', 'btf', 'object', 'host', 'sys', 'symbols'], // the kernel host: load, attach, read
  api: [
    'base',
    'spec',
    'isa',
    'elf',
    'btf',
    'object',
    'host',
    'pcap',
    'filter',
    'cc',
    'verifier',
    'vm',
    'sys',
    'symbols',
    'kernel',
  ],
  toolkit: ['base', 'api'], // what every tool shares
  tools: ['base', 'api', 'toolkit'], // one folder per tool
  exporter: ['base', 'api', 'toolkit', 'tools'], // metrics out
  web: ['base', 'api', 'toolkit', 'tools'], // dashboard
  cli: ['base', 'api', 'spec', 'isa', 'btf', 'object', 'pcap', 'filter', 'vm', 'toolkit', 'tools', 'exporter', 'web'],
};

// Folders that must also run in a browser: no node:* modules.
export const portable = [
  'base',
  'spec',
  'isa',
  'elf',
  'btf',
  'object',
  'host',
  'pcap',
  'filter',
  'cc',
  'verifier',
  'vm',
];
