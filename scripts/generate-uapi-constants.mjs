// Writes src/cc/headers/uapi-constants.generated.ts: integer macros of the kernel's user-space headers (Debian: linux-libc-dev),
// each with the value the C compiler gives it and the header that defines it; and what enums without a name hold, since kernels
// that do not use such an enum have none of it in their BTF.
// Usage: node scripts/generate-uapi-constants.mjs [CC]
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const cc = process.argv[2] ?? 'clang-16';

/** Headers to read; what they include counts too, where it is one of these folders. */
const headers = `
  asm-generic/errno-base.h asm-generic/errno.h asm-generic/fcntl.h asm-generic/signal.h asm-generic/signal-defs.h asm-generic/siginfo.h
  asm-generic/socket.h asm-generic/mman-common.h asm-generic/mman.h asm-generic/ioctl.h asm-generic/ioctls.h asm-generic/poll.h
  asm-generic/resource.h linux/bpf.h linux/bpf_common.h linux/btf.h linux/capability.h linux/elf.h linux/eventpoll.h linux/falloc.h
  linux/fanotify.h linux/fcntl.h linux/fs.h linux/futex.h linux/icmp.h linux/icmpv6.h linux/if.h linux/if_arp.h linux/if_ether.h
  linux/if_link.h linux/if_packet.h linux/if_vlan.h linux/igmp.h linux/in.h linux/in6.h linux/inotify.h linux/io_uring.h linux/ioprio.h
  linux/ip.h linux/ipc.h linux/ipv6.h linux/kvm.h linux/limits.h linux/magic.h linux/major.h linux/mman.h linux/mount.h linux/mpls.h
  linux/msg.h linux/netfilter.h linux/netlink.h linux/openat2.h linux/perf_event.h linux/personality.h linux/pkt_cls.h linux/pkt_sched.h
  linux/prctl.h linux/ptrace.h linux/reboot.h linux/resource.h linux/rtnetlink.h linux/sched.h linux/sctp.h linux/seccomp.h
  linux/securebits.h linux/sem.h linux/shm.h linux/sockios.h linux/stat.h linux/sysctl.h linux/tcp.h linux/time.h linux/tls.h linux/udp.h
  linux/un.h linux/userfaultfd.h linux/vm_sockets.h linux/wait.h linux/xattr.h asm/unistd.h asm/vmx.h asm/svm.h scsi/scsi.h sys/socket.h`
  .trim()
  .split(/\s+/);

const roots = /^\/usr\/include\/(?:[a-z0-9_]+-linux-gnu\/)?((?:linux|asm-generic|asm|scsi|bits)\/.*)$/;
/** Not constants of the interface. */
const unwanted = /^_(?!_NR_)|^(SYS_|__(?!NR_))|^(NULL|EOF)$/;

const folder = mkdtempSync(join(tmpdir(), 'uapi-'));
const compile = (args) =>
  execFileSync(cc, args, { cwd: folder, encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'ignore'] });

/** The header, with the C library's types before it where it does not stand alone. */
function includesOf(header) {
  const alone = `#include <stddef.h>\n#include <linux/types.h>\n#include <${header}>\n`;
  writeFileSync(join(folder, 'alone.c'), alone);
  try {
    compile(['-fsyntax-only', '-w', 'alone.c']);
    return alone;
  } catch {
    return `#include <stdint.h>\n#include <sys/types.h>\n#include <sys/socket.h>\n${alone}`;
  }
}

/** Names of object-like macros that `header` brings, with the header that defines each. */
function macrosOf(header) {
  writeFileSync(join(folder, 'in.c'), includesOf(header));
  const found = new Map();
  let file = '';
  for (const line of compile(['-E', '-dD', 'in.c']).split('\n')) {
    const marker = /^# \d+ "([^"]*)"/.exec(line);
    if (marker) file = marker[1];
    const defined = /^#define (\w+) \S/.exec(line);
    const home = roots.exec(file)?.[1];
    if (defined && home && !unwanted.test(defined[1])) found.set(defined[1], home);
  }
  return found;
}

/** Headers with enums that have no name. */
const enumHeaders = ['linux/bpf.h'];

/** Enumerators of the header's enums that have no name. */
function enumeratorsOf(header) {
  writeFileSync(join(folder, 'in.c'), includesOf(header));
  const text = compile(['-E', '-P', 'in.c']);
  const bodies = [...text.matchAll(/\benum\s*\{([^}]*)\}/g)].map(([, body]) => body);
  return bodies.flatMap((body) => body.split(',').flatMap((item) => /^\s*(\w+)/.exec(item)?.[1] ?? []));
}

/** Which of `names` are integer constants, with suffix and value. */
function valuesOf(header, names) {
  const includes = includesOf(header);
  const rows = names.map(
    (name) =>
      `  enum { try_${name} = (${name}) }; print("${name}", (unsigned long long)(${name}), _Generic((${name}), int: 0, unsigned: 1, long: 2, unsigned long: 3, long long: 4, unsigned long long: 5));`,
  );
  const opening = `${includes}int printf(const char *, ...);\nstatic void print(const char *n, unsigned long long v, int t) { printf("%s %llu %d\\n", n, v, t); }\nint main(void) {\n`;
  writeFileSync(join(folder, 'try.c'), `${opening}${rows.join('\n')}\n}\n`);
  const bad = errorLines('try.c');
  const first = opening.split('\n').length;
  writeFileSync(join(folder, 'print.c'), `${opening}${rows.filter((_, i) => !bad.has(first + i)).join('\n')}\n}\n`);
  compile(['-w', '-o', 'print', 'print.c']);
  return execFileSync(join(folder, 'print'), { encoding: 'utf8' })
    .trim()
    .split('\n')
    .filter(Boolean)
    .map((line) => line.split(' '));
}

/** Lines of a file that do not compile. */
function errorLines(file) {
  try {
    execFileSync(cc, ['-fsyntax-only', '-ferror-limit=0', '-w', file], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
      maxBuffer: 1 << 28,
    });
    return new Set();
  } catch (error) {
    return new Set([...String(error.stderr).matchAll(/^\w+\.c:(\d+):\d+: error/gm)].map((match) => Number(match[1])));
  }
}

/** As C writes it: small numbers in decimal, masks in hexadecimal, with the suffix of the type. */
function literal(value, type) {
  const bits = type === 0 ? 32 : 64;
  const signed = type % 2 === 0 ? BigInt.asIntN(bits, BigInt(value)) : BigInt(value);
  const suffix = ['', 'U', 'L', 'UL', 'LL', 'ULL'][type];
  const text = signed > 4096n ? `0x${signed.toString(16)}` : String(signed);
  if (type === 0 && signed > 0x7fffffffn) return `${text}U`;
  return text + suffix;
}

const found = new Map();
for (const header of headers) {
  const homes = new Map([...macrosOf(header)].filter(([name]) => !found.has(name)));
  for (const [name, value, type] of valuesOf(header, [...homes.keys()])) {
    found.set(name, { value: literal(value, Number(type)), home: homes.get(name) });
  }
}
const enumerators = enumHeaders.flatMap((header) =>
  valuesOf(header, enumeratorsOf(header)).map(([name, value, type]) => [
    name,
    { value: literal(value, Number(type)), home: header },
  ]),
);
rmSync(folder, { recursive: true });

const homes = [...new Set([...found.values()].map(({ home }) => home))].sort();
const linesOf = (rows) =>
  [...rows]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { value, home }]) => `${name} ${value} ${homes.indexOf(home)}`)
    .join('\n');
writeFileSync(
  new URL('../src/cc/headers/uapi-constants.generated.ts', import.meta.url),
  `// Generated by scripts/generate-uapi-constants.mjs from linux-libc-dev's headers; do not edit.

/** The headers, in order. */
export const uapiHeaders: readonly string[] = [
${homes.map((home) => `  '${home}',`).join('\n')}
];

/** Integer macros, one a line, sorted: \`NAME VALUE HEADER\`, the header by its number among the above. */
export const uapiConstants = \`
${linesOf(found)}
\`;

/** Enumerators of enums without a name, in the same form. */
export const uapiEnumerators = \`
${linesOf(enumerators)}
\`;
`,
);
