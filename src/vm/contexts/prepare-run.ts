// Sets up one run: context and packet as the program's type has them (net/bpf/test_run.c, v6.18).

import { SyscallError } from '../../base/index.ts';
import type { RunInput } from '../../host/index.ts';
import type { ProgramTypeName } from '../../spec/index.ts';
import type { MachineMemory, Region } from '../memory/machine-memory.ts';
import { contextLayouts } from './layouts.ts';
import { Packet } from './packet.ts';
import type { RunState } from './run-state.ts';

const ETHERNET_HEADER = 14;
const LOOPBACK_IFINDEX = 1;
const call = 'bpf(BPF_PROG_TEST_RUN)';

/** What a run leaves for the caller. */
export interface RunOutput {
  readonly data: Uint8Array | undefined;
  readonly context: Uint8Array | undefined;
}

/** How a kind of program takes its input and gives its output. */
interface ContextKind {
  prepare(area: ContextArea, run: RunState, input: RunInput): void;
  finish(area: ContextArea, run: RunState, input: RunInput): RunOutput;
}

/** The memory that contexts and packets of a machine's runs are built in; reused from run to run. */
export class ContextArea {
  readonly memory: MachineMemory;
  #context: Region;
  #accessible = 0;
  #packet: Packet | undefined;

  constructor(memory: MachineMemory) {
    this.memory = memory;
    this.#context = memory.allocate('context', 256, 'none');
  }

  /** Zeroed memory for a context of a size, accessible to programs. */
  context(size: number): number {
    const { memory } = this;
    if (this.#accessible > 0) memory.protect(this.#context.start, this.#accessible, 'none');
    if (size > this.#context.size) {
      memory.free(this.#context);
      this.#context = memory.allocate('context', size, 'none');
    }
    const { start } = this.#context;
    memory.u8.fill(0, start, start + size);
    memory.protect(start, size, 'write');
    this.#accessible = size;
    return start;
  }

  packet(data: Uint8Array): Packet {
    this.#packet ??= new Packet(this.memory);
    this.#packet.fill(data);
    return this.#packet;
  }
}

function refuse(condition: boolean, errnoName = 'EINVAL'): void {
  if (condition) throw new SyscallError(call, errnoName);
}

/** The packet to run on; kernels too want an Ethernet header. */
function packetOf(data: Uint8Array | undefined): Uint8Array {
  if (data && data.length >= ETHERNET_HEADER) return data;
  throw new SyscallError(call, 'EINVAL', {
    hint: `programs of this type run on a packet: give one of at least ${ETHERNET_HEADER} bytes (run({ packet }), --packet)`,
  });
}

const xdp: ContextKind = {
  prepare(area, run, input): void {
    const { context } = input;
    const data = packetOf(input.data);
    const size = contextLayouts.xdp_md.size;
    const at = area.context(size);
    const view = context && new DataView(context.buffer, context.byteOffset, context.byteLength);
    const metaSize = view && view.byteLength >= 4 ? view.getUint32(0, true) : 0;
    if (view) {
      refuse(view.byteLength > size || (view.byteLength >= 8 && view.getUint32(4, true) !== data.length));
      refuse(metaSize > 252 || metaSize % 4 !== 0 || metaSize > data.length);
      area.memory.u8.set(context as Uint8Array, at);
    } else {
      area.memory.setU32(at + 12, LOOPBACK_IFINDEX);
    }
    const packet = area.packet(data);
    if (metaSize > 0) packet.move(packet.start, packet.start + metaSize, packet.end);
    run.packet = packet;
    run.context = at;
    run.refresh = (): void => {
      area.memory.setU32(at, packet.start);
      area.memory.setU32(at + 4, packet.end);
      area.memory.setU32(at + 8, packet.meta);
    };
    run.refresh();
  },
  finish(area, run, input): RunOutput {
    const packet = run.packet as Packet;
    const { memory } = area;
    const data = memory.copy(packet.meta, packet.end - packet.meta);
    if (!input.context) return { data, context: undefined };
    const context = memory.copy(run.context, contextLayouts.xdp_md.size);
    const view = new DataView(context.buffer);
    view.setUint32(0, packet.start - packet.meta, true);
    view.setUint32(4, packet.end - packet.meta, true);
    view.setUint32(8, 0, true);
    return { data, context };
  },
};

/** Offsets in `__sk_buff`. */
const skb = { len: 0, protocol: 16, ifindex: 40, data: 76, dataEnd: 80, dataMeta: 140 } as const;

/** Socket buffers: tc programs see the link header, others start behind it, as after `eth_type_trans`. */
function socketBuffer(seesLinkHeader: boolean): ContextKind {
  const skipped = seesLinkHeader ? 0 : ETHERNET_HEADER;
  return {
    prepare(area, run, input): void {
      const { context } = input;
      const data = packetOf(input.data);
      refuse(context !== undefined && context.length > contextLayouts.__sk_buff.size);
      const { memory } = area;
      const at = area.context(contextLayouts.__sk_buff.size);
      if (context) memory.u8.set(context, at);
      const packet = area.packet(data);
      const protocol = memory.view.getUint16(packet.start + 12, true);
      packet.move(packet.start + skipped, packet.start + skipped, packet.end);
      memory.setU32(at + skb.protocol, protocol);
      if (memory.u32(at + skb.ifindex) === 0) memory.setU32(at + skb.ifindex, LOOPBACK_IFINDEX);
      run.packet = packet;
      run.context = at;
      run.refresh = (): void => {
        memory.setU32(at + skb.len, packet.length);
        memory.setU32(at + skb.data, packet.start);
        memory.setU32(at + skb.dataEnd, packet.end);
        memory.setU32(at + skb.dataMeta, packet.meta);
      };
      run.refresh();
    },
    finish(area, run, input): RunOutput {
      const packet = run.packet as Packet;
      const data = new Uint8Array(packet.length + skipped);
      data.set(packet.bytes(), skipped);
      const context = input.context && area.memory.copy(run.context, contextLayouts.__sk_buff.size);
      if (context) {
        const view = new DataView(context.buffer);
        for (const offset of [skb.data, skb.dataEnd, skb.dataMeta]) view.setUint32(offset, 0, true);
      }
      return { data, context };
    },
  };
}

/** Contexts that are bytes and nothing else; a missing one is `fallback` zero bytes. */
function plain(fallback: number): ContextKind {
  return {
    prepare(area, run, { context }): void {
      const at = area.context(Math.max(context?.length ?? 0, fallback));
      if (context) area.memory.u8.set(context, at);
      run.context = at;
      if (context) run.arguments = words(context);
    },
    finish(area, run, { context }): RunOutput {
      return { data: undefined, context: context && area.memory.copy(run.context, Math.max(context.length, fallback)) };
    },
  };
}

function words(bytes: Uint8Array): bigint[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length >> 3 }, (_, index) => view.getBigUint64(index * 8, true));
}

const linkLayer = socketBuffer(true);
const networkLayer = socketBuffer(false);
/** Arguments of traced functions: at most twelve and the result. */
const functionArguments = plain(13 * 8);

const kinds: Record<ProgramTypeName, ContextKind> = {
  socket_filter: networkLayer,
  kprobe: plain(contextLayouts['pt_regs:x86-64'].size),
  sched_cls: linkLayer,
  sched_act: linkLayer,
  tracepoint: plain(64),
  xdp,
  perf_event: plain(contextLayouts.bpf_perf_event_data.size),
  cgroup_skb: networkLayer,
  cgroup_sock: plain(contextLayouts.bpf_sock.size),
  lwt_in: networkLayer,
  lwt_out: networkLayer,
  lwt_xmit: networkLayer,
  sock_ops: plain(contextLayouts.bpf_sock_ops.size),
  sk_skb: networkLayer,
  cgroup_device: plain(contextLayouts.bpf_cgroup_dev_ctx.size),
  sk_msg: plain(contextLayouts.sk_msg_md.size),
  raw_tracepoint: functionArguments,
  cgroup_sock_addr: plain(contextLayouts.bpf_sock_addr.size),
  lwt_seg6local: networkLayer,
  lirc_mode2: plain(4),
  sk_reuseport: plain(contextLayouts.sk_reuseport_md.size),
  flow_dissector: linkLayer,
  cgroup_sysctl: plain(contextLayouts.bpf_sysctl.size),
  raw_tracepoint_writable: functionArguments,
  cgroup_sockopt: plain(contextLayouts.bpf_sockopt.size),
  tracing: functionArguments,
  struct_ops: functionArguments,
  ext: functionArguments,
  lsm: functionArguments,
  sk_lookup: plain(contextLayouts.bpf_sk_lookup.size),
  syscall: plain(0),
  netfilter: plain(contextLayouts.bpf_nf_ctx.size),
};

/** Builds context and packet. @throws SyscallError EINVAL where the kernel refuses such input. */
export function prepareRun(area: ContextArea, run: RunState, input: RunInput): void {
  kinds[run.programType ?? 'syscall'].prepare(area, run, input);
}

/** What the run left in context and packet. */
export function finishRun(area: ContextArea, run: RunState, input: RunInput): RunOutput {
  return kinds[run.programType ?? 'syscall'].finish(area, run, input);
}
