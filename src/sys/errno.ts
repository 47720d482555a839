// Error numbers of Linux: number, name and what the kernel means by it in general.
// Source: include/uapi/asm-generic/errno-base.h and errno.h (v6.18), include/linux/errno.h for 512 and above.

/** One error number. */
export interface ErrnoRow {
  readonly value: number;
  readonly name: string;
  readonly meaning: string;
}

export const errnos = [
  { value: 1, name: 'EPERM', meaning: 'operation not permitted' },
  { value: 2, name: 'ENOENT', meaning: 'no such file, key or object' },
  { value: 3, name: 'ESRCH', meaning: 'no such process or kernel symbol' },
  { value: 4, name: 'EINTR', meaning: 'interrupted by a signal' },
  { value: 5, name: 'EIO', meaning: 'input/output error' },
  { value: 6, name: 'ENXIO', meaning: 'no such device or address' },
  { value: 7, name: 'E2BIG', meaning: 'too big: arguments, entries or instructions' },
  { value: 8, name: 'ENOEXEC', meaning: 'executable format error' },
  { value: 9, name: 'EBADF', meaning: 'bad file descriptor' },
  { value: 10, name: 'ECHILD', meaning: 'no child processes' },
  { value: 11, name: 'EAGAIN', meaning: 'try again' },
  { value: 12, name: 'ENOMEM', meaning: 'out of memory' },
  { value: 13, name: 'EACCES', meaning: 'permission denied' },
  { value: 14, name: 'EFAULT', meaning: 'bad address' },
  { value: 16, name: 'EBUSY', meaning: 'device or resource busy' },
  { value: 17, name: 'EEXIST', meaning: 'exists already' },
  { value: 18, name: 'EXDEV', meaning: 'cross-device link' },
  { value: 19, name: 'ENODEV', meaning: 'no such device' },
  { value: 20, name: 'ENOTDIR', meaning: 'not a directory' },
  { value: 21, name: 'EISDIR', meaning: 'is a directory' },
  { value: 22, name: 'EINVAL', meaning: 'invalid argument' },
  { value: 23, name: 'ENFILE', meaning: 'too many open files in the system' },
  { value: 24, name: 'EMFILE', meaning: 'too many open files in the process' },
  { value: 25, name: 'ENOTTY', meaning: 'inappropriate ioctl for this file' },
  { value: 26, name: 'ETXTBSY', meaning: 'text file busy' },
  { value: 27, name: 'EFBIG', meaning: 'file too large' },
  { value: 28, name: 'ENOSPC', meaning: 'no space left' },
  { value: 29, name: 'ESPIPE', meaning: 'illegal seek' },
  { value: 30, name: 'EROFS', meaning: 'read-only file system' },
  { value: 31, name: 'EMLINK', meaning: 'too many links' },
  { value: 32, name: 'EPIPE', meaning: 'broken pipe' },
  { value: 33, name: 'EDOM', meaning: 'argument out of domain' },
  { value: 34, name: 'ERANGE', meaning: 'result out of range' },
  { value: 35, name: 'EDEADLK', meaning: 'deadlock would occur' },
  { value: 36, name: 'ENAMETOOLONG', meaning: 'name too long' },
  { value: 38, name: 'ENOSYS', meaning: 'no such system call' },
  { value: 39, name: 'ENOTEMPTY', meaning: 'directory not empty' },
  { value: 40, name: 'ELOOP', meaning: 'too many levels of nesting' },
  { value: 61, name: 'ENODATA', meaning: 'no data' },
  { value: 62, name: 'ETIME', meaning: 'timer expired' },
  { value: 71, name: 'EPROTO', meaning: 'protocol error' },
  { value: 74, name: 'EBADMSG', meaning: 'bad message' },
  { value: 75, name: 'EOVERFLOW', meaning: 'value too large' },
  { value: 84, name: 'EILSEQ', meaning: 'illegal byte sequence' },
  { value: 88, name: 'ENOTSOCK', meaning: 'not a socket' },
  { value: 90, name: 'EMSGSIZE', meaning: 'message too long' },
  { value: 91, name: 'EPROTOTYPE', meaning: 'wrong protocol type for the socket' },
  { value: 92, name: 'ENOPROTOOPT', meaning: 'no such protocol option' },
  { value: 93, name: 'EPROTONOSUPPORT', meaning: 'protocol not supported' },
  { value: 94, name: 'ESOCKTNOSUPPORT', meaning: 'socket type not supported' },
  { value: 95, name: 'EOPNOTSUPP', meaning: 'operation not supported' },
  { value: 97, name: 'EAFNOSUPPORT', meaning: 'address family not supported' },
  { value: 98, name: 'EADDRINUSE', meaning: 'address in use' },
  { value: 99, name: 'EADDRNOTAVAIL', meaning: 'address not available' },
  { value: 100, name: 'ENETDOWN', meaning: 'network is down' },
  { value: 101, name: 'ENETUNREACH', meaning: 'network is unreachable' },
  { value: 104, name: 'ECONNRESET', meaning: 'connection reset' },
  { value: 105, name: 'ENOBUFS', meaning: 'no buffer space' },
  { value: 106, name: 'EISCONN', meaning: 'is connected already' },
  { value: 107, name: 'ENOTCONN', meaning: 'not connected' },
  { value: 110, name: 'ETIMEDOUT', meaning: 'timed out' },
  { value: 111, name: 'ECONNREFUSED', meaning: 'connection refused' },
  { value: 113, name: 'EHOSTUNREACH', meaning: 'no route to host' },
  { value: 114, name: 'EALREADY', meaning: 'under way already' },
  { value: 115, name: 'EINPROGRESS', meaning: 'in progress' },
  { value: 116, name: 'ESTALE', meaning: 'stale file handle' },
  { value: 122, name: 'EDQUOT', meaning: 'quota exceeded' },
  { value: 125, name: 'ECANCELED', meaning: 'cancelled' },
  { value: 126, name: 'ENOKEY', meaning: 'required key not available' },
  { value: 129, name: 'EKEYREJECTED', meaning: 'key was rejected' },
  // Not meant for user space, but bpf(2) lets it out.
  { value: 524, name: 'ENOTSUPP', meaning: 'operation not supported' },
] as const satisfies readonly ErrnoRow[];

/** Name of a row of {@link errnos}. */
export type ErrnoName = (typeof errnos)[number]['name'];

const byValue = new Map<number, ErrnoRow>(errnos.map((row) => [row.value, row]));

/** Numbers by name, as in `errno.ENOENT`. */
export const errno = Object.fromEntries(errnos.map((row) => [row.name, row.value])) as Readonly<
  Record<ErrnoName, number>
>;

/** `ENOENT` for 2; `errno 4242` for what has no name. */
export function errnoName(value: number): string {
  return byValue.get(value)?.name ?? `errno ${value}`;
}

/** What the number means in general, as in `no such file, key or object`. */
export function errnoMeaning(value: number): string {
  return byValue.get(value)?.meaning ?? 'unknown error';
}
