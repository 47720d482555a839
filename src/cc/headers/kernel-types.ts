// Small types of the kernel's headers and of the C library, where a target's BTF lacks them.

import { type DeclarationRows, declarations } from './rows.ts';

/** Types by the kernel's and the C library's names, where BTF lacks them. */
export const typedefs: DeclarationRows = declarations(
  'include/uapi/linux/types.h, include/linux/types.h; C11 7.19, 7.20',
  () =>
    [
      ...[8, 16, 32, 64].flatMap((bits) => {
        const name = { 8: 'char', 16: 'short', 32: 'int', 64: 'long long' }[bits];
        const signed = bits === 8 ? 'signed char' : name;
        const names = (prefix: string): string[] => [`__${prefix}${bits}`, `${prefix}${bits}`];
        return [
          ...names('u').map((type) => [type, `unsigned ${name}`]),
          ...names('s').map((type) => [type, `${signed}`]),
          [`uint${bits}_t`, `unsigned ${bits === 64 ? 'long' : name}`],
          [`int${bits}_t`, bits === 64 ? 'long' : signed],
          [`u_int${bits}_t`, `unsigned ${bits === 64 ? 'long' : name}`],
          [`uint_fast${bits}_t`, `unsigned ${bits === 64 ? 'long' : name}`],
          [`uint_least${bits}_t`, `unsigned ${bits === 64 ? 'long' : name}`],
          ...(bits === 8
            ? []
            : [
                [`__be${bits}`, `unsigned ${name}`],
                [`__le${bits}`, `unsigned ${name}`],
              ]),
        ];
      }),
      ...Object.entries({
        'unsigned long':
          'size_t __kernel_size_t uintptr_t uintmax_t __kernel_ulong_t ino_t ulong u_long sector_t blkcnt_t',
        long: 'ssize_t intptr_t ptrdiff_t intmax_t __kernel_long_t off_t clock_t suseconds_t',
        'long long': 'loff_t time64_t ktime_t __kernel_time64_t __kernel_loff_t',
        int: 'pid_t key_t clockid_t __kernel_pid_t',
        'unsigned int':
          'uid_t gid_t dev_t fmode_t gfp_t uint u_int __wsum __poll_t u_int32 blk_opf_t slab_flags_t nlink_t',
        'unsigned short': 'umode_t sa_family_t __kernel_sa_family_t __sum16 ushort u_short mode_t',
        'unsigned char': 'u_char unchar',
        _Bool: 'bool',
        __builtin_va_list: 'va_list __gnuc_va_list',
      }).flatMap(([type, names]) => names.split(' ').map((name) => [name, type])),
    ]
      .map(([name, type]) => `${name}:\n  typedef ${type} ${name};`)
      .join('\n'),
);

/** include/trace/events/preemptirq.h, for kernels configured without these events. */
const preemptIrq = (event: string): string =>
  `struct tracepoint__preemptirq__${event} { unsigned long long __common; int caller_offs; int parent_offs; };`;

/** Structs of the user-space interface and of optional events, that a kernel's BTF need not hold. */
export const interfaceTags: DeclarationRows = declarations(
  'include/uapi/linux/time.h, include/trace/events/preemptirq.h; glibc',
  `
timespec:
  struct timespec { long tv_sec; long tv_nsec; };
timeval:
  struct timeval { long tv_sec; long tv_usec; };
itimerspec:
  struct itimerspec { struct timespec it_interval; struct timespec it_value; };
itimerval:
  struct itimerval { struct timeval it_interval; struct timeval it_value; };
tracepoint__preemptirq__irq_disable:
  ${preemptIrq('irq_disable')}
tracepoint__preemptirq__irq_enable:
  ${preemptIrq('irq_enable')}
tracepoint__preemptirq__preempt_disable:
  ${preemptIrq('preempt_disable')}
tracepoint__preemptirq__preempt_enable:
  ${preemptIrq('preempt_enable')}
addrinfo:
  struct addrinfo { int ai_flags; int ai_family; int ai_socktype; int ai_protocol; __u32 ai_addrlen; void *ai_addr; char *ai_canonname; struct addrinfo *ai_next; };
`,
);
