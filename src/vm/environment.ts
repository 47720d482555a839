// What surrounds programs and can be set: current task, random numbers, stacks, counters.

/** The current task as helpers show it. */
export interface SimulatedTask {
  /** Thread id. */
  pid: number;
  /** Process id. */
  tgid: number;
  uid: number;
  gid: number;
  /** At most 15 bytes are shown. */
  comm: string;
  cgroupId: bigint;
  /** Ancestors of the cgroup, the root first. */
  cgroupAncestors: readonly bigint[];
  /** Address of the `task_struct`; left at 0, the machine makes one of zeros. */
  address: bigint;
  /** Address of the task's `pt_regs`; 0 where there are none. */
  registersAddress: bigint;
}

/** What bpf_fib_lookup asks. Addresses are 4 or 16 bytes. */
export interface RouteQuery {
  readonly family: 'ipv4' | 'ipv6';
  readonly ifindex: number;
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
}

/** Where a packet goes. */
export interface RouteAnswer {
  readonly ifindex: number;
  readonly sourceMac: Uint8Array;
  readonly destinationMac: Uint8Array;
  /** Largest packet in bytes; default 1500. */
  readonly mtu?: number;
}

/** What bpf_sk_lookup_tcp and _udp ask. */
export interface SocketQuery extends Omit<RouteQuery, 'ifindex'> {
  readonly protocol: 'tcp' | 'udp';
  readonly sourcePort: number;
  readonly destinationPort: number;
}

/** Everything a program may ask about its surroundings. */
export interface Environment {
  task: SimulatedTask;
  /** 32 random bits. Default: a generator with a fixed seed. */
  random: () => number;
  /** Call stacks, the innermost address first. */
  stacks: { kernel: readonly bigint[]; user: readonly bigint[] };
  /** Value of a perf counter by map name and index. */
  counter: (map: string, index: number) => bigint | undefined;
  /** Added to the monotonic clock for wall-clock time. */
  wallClockOffsetNs: bigint;
  socketCookie: bigint;
  /** Table of routes. Default: none leads anywhere. */
  route: (query: RouteQuery) => RouteAnswer | undefined;
  /** Table of sockets: address of a `struct bpf_sock` placed in the machine. Default: there are none. */
  socket: (query: SocketQuery) => bigint | undefined;
  cgroupClassId: number;
  /** Names of addresses, for `%pS`. */
  symbols: ReadonlyMap<bigint, string>;
  /** Values of kernel configuration options, as `CONFIG_HZ`. */
  kconfig: ReadonlyMap<string, bigint | string>;
  /** Addresses of kernel symbols, for `__ksym` variables. */
  ksyms: ReadonlyMap<string, bigint>;
}

/** A generator with a fixed seed (xorshift32, Marsaglia 2003): the same program gives the same run. */
function seededRandom(): () => number {
  let state = 0x1234_5678;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

/** The surroundings of a new machine. */
export function defaultEnvironment(): Environment {
  return {
    task: {
      pid: 1000,
      tgid: 1000,
      uid: 0,
      gid: 0,
      comm: 'tsbpf',
      cgroupId: 1n,
      cgroupAncestors: [1n],
      address: 0n,
      registersAddress: 0n,
    },
    random: seededRandom(),
    stacks: { kernel: [], user: [] },
    counter: () => undefined,
    wallClockOffsetNs: 1_700_000_000_000_000_000n,
    socketCookie: 1n,
    route: () => undefined,
    socket: () => undefined,
    cgroupClassId: 0,
    symbols: new Map(),
    kconfig: new Map(),
    ksyms: new Map(),
  };
}
