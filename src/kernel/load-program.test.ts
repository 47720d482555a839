// Loading against a kernel made of handlers: fall-backs for older kernels, logs that grow, errors - and nothing left open.

import { afterEach, describe, expect, test } from 'vitest';
import { SyscallError, VerifierError } from '../base/index.ts';
import { type BpfObject, emptyMap, type MapSpec, type ProgramSpec } from '../object/index.ts';
import {
  errno,
  type FakeBpfCall,
  type FakeBpfHandler,
  FakeSystemCalls,
  openDescriptors,
  replaceSystemCalls,
} from '../sys/index.ts';
import { kernelHost } from './host.ts';
import { type LoadRequest, loadProgram } from './load-program.ts';
import { kernelFeatures } from './probes/kernel-features.ts';

const undo: Disposable[] = [];

function use(handlers: ConstructorParameters<typeof FakeSystemCalls>[0]): FakeSystemCalls {
  const fake = new FakeSystemCalls(handlers, { prlimit64: (): number => 0 });
  undo.push(replaceSystemCalls(fake));
  return fake;
}

afterEach(() => {
  for (const replacement of undo.splice(0).reverse()) replacement[Symbol.dispose]();
  expect(openDescriptors()).toEqual([]);
});

const code = new Uint8Array([0xb7, 0, 0, 0, 0, 0, 0, 0, 0x95, 0, 0, 0, 0, 0, 0, 0]);

function programSpec(fields: Partial<ProgramSpec> = {}): ProgramSpec {
  return {
    name: 'a_program_with_a_long_name',
    section: 'xdp',
    type: 'xdp',
    attachType: 'xdp',
    attachTypeOptional: true,
    attach: undefined,
    flags: 0,
    autoload: true,
    code,
    functions: [],
    funcInfo: [],
    lines: [],
    references: [],
    core: [],
    ...fields,
  };
}

function request(fields: Partial<LoadRequest> = {}): LoadRequest {
  return { spec: programSpec(), code, license: 'GPL', kernelVersion: 0, ...fields };
}

function writeLog(call: FakeBpfCall, text: string): number {
  const log = call.memory('log_buf');
  const bytes = new TextEncoder().encode(text);
  log.set(bytes.subarray(0, log.byteLength - 1));
  return bytes.byteLength >= log.byteLength ? -errno.ENOSPC : -errno.EINVAL;
}

describe('a program', () => {
  test('is loaded once and without a log where the kernel takes it', () => {
    const fake = use({ BPF_PROG_LOAD: () => 1000 });
    const loaded = loadProgram(request());
    expect(loaded).toMatchObject({ log: '', expectedAttachType: 37 });
    expect(fake.calls).toHaveLength(1);
    expect(fake.calls[0]?.fields).toMatchObject({ prog_name: 'a_program_with_', log_level: 0, insn_cnt: 2 });
    loaded.fd.close();
  });

  test('loses its name and optional attach type on a kernel that knows neither', () => {
    const fake = use({
      BPF_PROG_LOAD: ({ fields }) => (fields.prog_name || fields.expected_attach_type ? -errno.EINVAL : 1000),
    });
    const loaded = loadProgram(request());
    expect(loaded.expectedAttachType).toBe(0);
    expect(fake.calls.at(-1)?.size).toBeLessThan(48);
    loaded.fd.close();
  });

  test('keeps an attach type that it needs', () => {
    use({ BPF_PROG_LOAD: ({ fields }) => (fields.expected_attach_type ? -errno.EINVAL : 1000) });
    const spec = programSpec({ attachTypeOptional: false });
    expect(() => loadProgram(request({ spec }))).toThrow(SyscallError);
  });

  test('is tried again when a signal interrupted the verifier', () => {
    let calls = 0;
    use({ BPF_PROG_LOAD: () => (++calls < 3 ? -errno.EAGAIN : 1000) });
    loadProgram(request()).fd.close();
    expect(calls).toBe(3);
  });

  test('the log grows until it fits', () => {
    const long = `${'0: (b7) r0 = 0\n'.repeat(20_000)}R0 !read_ok\nprocessed 3 insns\n`;
    const sizes: number[] = [];
    use({
      BPF_PROG_LOAD: (call) => {
        if (call.fields.log_level === 0) return -errno.EACCES;
        sizes.push(Number(call.fields.log_size));
        return writeLog(call, long);
      },
    });
    expect(() => loadProgram(request())).toThrow(VerifierError);
    expect(sizes).toEqual([1 << 16, 1 << 20]);
  });

  test('a log that never fits does not keep a good program out', () => {
    use({
      BPF_PROG_LOAD: (call) => {
        if (call.fields.log_level === 0) return 1000;
        call.memory('log_buf').fill(0x20);
        return -errno.ENOSPC;
      },
    });
    const loaded = loadProgram(request({ logLevel: 2 }));
    expect(loaded.log.length).toBe(1 << 24);
    loaded.fd.close();
  });

  test('too complex a program: the summary is enough', () => {
    const levels: number[] = [];
    use({
      BPF_PROG_LOAD: (call) => {
        levels.push(Number(call.fields.log_level));
        if (call.fields.log_level === 0) return -errno.E2BIG;
        writeLog(call, 'BPF program is too large. Processed 1000001 insn\n');
        return -errno.E2BIG;
      },
    });
    expect(() => loadProgram(request())).toThrow(/too complex/);
    expect(levels).toEqual([0, 4]);
  });

  test('a refusal without a log is a system call error with a hint', () => {
    use({ BPF_PROG_LOAD: () => -errno.EPERM });
    try {
      loadProgram(request());
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(SyscallError);
      expect(error).toMatchObject({ errno: 'EPERM', message: expect.stringContaining('a_program_with_a_long_name') });
      expect((error as SyscallError).hint).not.toBe('');
    }
  });
});

test('probing without permission says so instead of no to everything', () => {
  use({ BPF_PROG_LOAD: () => -errno.EPERM });
  expect(() => kernelFeatures()).toThrow('probe the kernel: bpf(BPF_PROG_LOAD): EPERM');
});

describe('an object', () => {
  const map: MapSpec = {
    ...emptyMap('obj.data'),
    type: 'array',
    keySize: 4,
    valueSize: 8,
    maxEntries: 1,
    flags: 0x400,
    data: { section: '.data', kind: 'data', contents: new Uint8Array(8).fill(1), variables: [] },
  };
  const object = (fields: Partial<BpfObject> = {}): BpfObject => ({
    name: 'obj',
    license: 'GPL',
    kernelVersion: 0,
    programs: [programSpec()],
    maps: [map],
    btf: undefined,
    btfBytes: undefined,
    externs: [],
    ...fields,
  });
  const newFd =
    (fake: () => FakeSystemCalls): FakeBpfHandler =>
    (): number =>
      fake().newFd();

  test('maps are filled before programs are loaded, and everything is closed in the end', async () => {
    const fake: FakeSystemCalls = use({
      BPF_MAP_CREATE: newFd(() => fake),
      BPF_MAP_UPDATE_ELEM: () => 0,
      BPF_PROG_LOAD: newFd(() => fake),
    });
    const loaded = await kernelHost().load(object());
    expect(fake.calls.map(({ command }) => command)).toEqual([
      'BPF_MAP_CREATE',
      'BPF_MAP_UPDATE_ELEM',
      'BPF_PROG_LOAD',
    ]);
    loaded[Symbol.dispose]();
    loaded[Symbol.dispose]();
    expect(fake.closed).toHaveLength(2);
  });

  test('a kernel without mmapable arrays and map names gets neither', async () => {
    const fake: FakeSystemCalls = use({
      BPF_MAP_CREATE: ({ fields }) => (fields.map_name || fields.map_flags ? -errno.EINVAL : fake.newFd()),
      BPF_MAP_UPDATE_ELEM: () => 0,
      BPF_PROG_LOAD: newFd(() => fake),
    });
    const loaded = await kernelHost().load(object());
    expect(loaded.maps.get('obj.data')?.spec.flags).toBe(0);
    expect(loaded.maps.get('obj.data')?.memory()).toBeUndefined();
    loaded[Symbol.dispose]();
  });

  test.each([
    ['the second map', { BPF_MAP_UPDATE_ELEM: (): number => -errno.ENOMEM }],
    ['a program', { BPF_PROG_LOAD: (): number => -errno.EPERM }],
  ])('nothing stays open when %s fails', async (_, failing) => {
    const fake: FakeSystemCalls = use({
      BPF_MAP_CREATE: newFd(() => fake),
      BPF_MAP_UPDATE_ELEM: () => 0,
      BPF_PROG_LOAD: newFd(() => fake),
      ...failing,
    });
    await expect(kernelHost().load(object())).rejects.toThrow(SyscallError);
    expect(fake.closed.length).toBeGreaterThan(0);
  });

  test('a program whose section says nothing is refused with advice', async () => {
    const fake: FakeSystemCalls = use({ BPF_MAP_CREATE: newFd(() => fake), BPF_MAP_UPDATE_ELEM: () => 0 });
    const odd = programSpec({ type: undefined, section: 'my_section' });
    await expect(kernelHost().load(object({ programs: [odd] }))).rejects.toThrow('my_section');
  });
});
