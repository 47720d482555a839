// The ground the kernel suite stands on: mounts and, in the virtual machine, what the host's kernel has not.

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { compileC, compileExecutable } from '../support/compile-c.ts';

test('the kernel has BTF', () => {
  expect(existsSync('/sys/kernel/btf/vmlinux')).toBe(true);
});

test('C is compiled to a BPF object', async () => {
  const source = '#include "vmlinux.h"\n#include <bpf/bpf_helpers.h>\nchar LICENSE[] SEC("license") = "GPL";\n';
  const object = await compileC(source);
  expect([...object.subarray(0, 4)]).toEqual([0x7f, 0x45, 0x4c, 0x46]);
  expect(object[18]).toBe(247); // EM_BPF
});

test("a wrong program is refused with the compiler's words", async () => {
  await expect(compileC('int main( {')).rejects.toThrow(/error: expected/);
});

test('an executable is compiled and runs', async () => {
  const path = await compileExecutable('int main(void) { return 7; }');
  expect(() => execFileSync(path)).toThrow(expect.objectContaining({ status: 7 }));
});

test('the virtual machine has kprobes and the BPF LSM', (context) => {
  context.skip(process.env.TSBPF_QEMU !== '1', 'only in the virtual machine');
  expect(existsSync('/sys/bus/event_source/devices/kprobe/type')).toBe(true);
  expect(readFileSync('/sys/kernel/security/lsm', 'utf8')).toContain('bpf');
});
