// Which headers the compiler replaces, and which groups of names each makes visible.

/** Groups of names that become visible together. */
export type HeaderGroup = 'vmlinux' | 'libbpf' | 'usdt' | 'uapi' | 'kernel' | 'network' | 'in6' | 'c' | 'bcc';

interface IncludeRow {
  readonly path: RegExp;
  readonly groups: readonly HeaderGroup[];
}

const libbpfHeaders =
  'bpf_helpers|bpf_helper_defs|bpf_tracing|bpf_core_read|bpf_endian|bpf_common|libbpf_common|libbpf_version|bpf|btf';
const kernelFolders =
  'asm|asm-generic|net|trace|rdma|scsi|sound|crypto|drm|xen|acpi|video|media|kvm|generated|config|misc|mtd|vdso|target|ras|soc|memory|pcmcia|dt-bindings|kunit|keys|ufs|cxl|hyperv|clocksource|math-emu|fs|kernel|block|mm|security|drivers|arch|include|tools';
const networkHeaders =
  '(?:uapi/)?(?:net/.*|linux/(?:tcp|udp|ip|ipv6|inet.*|icmp.*|socket|skbuff|net|netdevice|sock_diag|un|if_.*|etherdevice|netfilter.*|nfs.*|sunrpc/.*)\\.h)';

/** First match wins for the groups of the folder; network headers add theirs. */
const rows: readonly IncludeRow[] = [
  { path: /^(?:.*\/)?vmlinux(?:[-_.\w]*)?\.h$/, groups: ['vmlinux'] },
  { path: /^(?:.*\/)?usdt\.bpf\.h$/, groups: ['usdt', 'libbpf'] },
  { path: new RegExp(`^(?:bpf/)?(?:${libbpfHeaders})\\.h$`), groups: ['libbpf'] },
  { path: /^bcc\/.*\.h$/, groups: ['bcc', 'kernel', 'uapi', 'network', 'in6'] },
  { path: /^linux\/(?:in6|ipv6)\.h$/, groups: ['uapi', 'in6'] },
  { path: /^(?:linux|asm|asm-generic)\/.*\.h$/, groups: ['uapi'] },
  { path: /^uapi\/.*\.h$/, groups: ['uapi', 'in6'] },
  { path: new RegExp(`^(?:${kernelFolders})/.*\\.h$`), groups: ['kernel', 'uapi', 'network', 'in6'] },
  { path: /^(?:netinet|arpa|net|sys|bits|rpc)\/.*\.h$/, groups: ['kernel', 'uapi', 'in6', 'c'] },
  {
    path: /^(?:std(?:int|def|bool|arg|io|lib|align|noreturn|atomic)|string|strings|errno|limits|inttypes|signal|unistd|fcntl|endian|byteswap|time|assert|ctype|float|iso646|sched|poll|elf|features|memory|netdb|pthread|alloca)\.h$/,
    groups: ['c', 'uapi'],
  },
];

const network = new RegExp(`^${networkHeaders}$`);

/** Groups that an include makes visible; undefined where the header is not one of ours. */
export function groupsOf(path: string, isBcc: boolean): readonly HeaderGroup[] | undefined {
  const row = rows.find((candidate) => candidate.path.test(path));
  if (!row) return undefined;
  if (!isBcc) return row.groups;
  return network.test(path) ? [...row.groups, 'kernel', 'network', 'in6'] : [...row.groups, 'kernel'];
}
