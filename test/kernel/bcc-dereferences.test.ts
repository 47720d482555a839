// Dereferences of kernel memory in BCC's dialect against the same reads spelled out, in the running kernel.

import { statSync } from 'node:fs';
import { expect, it } from 'vitest';
import { bpf } from '../../src/api/index.ts';

const at = (record: string, member: string): string => `offsetof(struct ${record}, ${member})`;
const task = (member: string): string => `(u64)task + ${at('task_struct', member)}`;
const parent = `R(u64, ${task('real_parent')})`;
const fdTable = `R(u64, R(u64, ${task('files')}) + ${at('files_struct', 'fdt')})`;
const file0 = `R(u64, R(u64, ${fdTable} + ${at('fdtable', 'fd')}))`;
const working = `R(u64, ${task('fs')}) + ${at('fs_struct', 'pwd')}`;
const entry = `R(u64, ${working} + ${at('path', 'dentry')})`;

/** What is written, and the same by explicit reads. */
const pairs: readonly (readonly [implicit: string, explicit: string])[] = [
  ['task->tgid', `R(u32, ${task('tgid')})`],
  ['task->real_parent->tgid', `R(u32, ${parent} + ${at('task_struct', 'tgid')})`],
  ['(*(*task).real_parent).pid', `R(u32, ${parent} + ${at('task_struct', 'pid')})`],
  ['task->comm[2]', `R(u8, ${task('comm')} + 2)`],
  ['task->comm[zero + 1]', `R(u8, ${task('comm')} + 1)`],
  ['task->real_parent->comm[0] + 1', `R(u8, ${parent} + ${at('task_struct', 'comm')}) + 1`],
  ['task->files->fdt->fd[0]->f_mode', `R(u32, ${file0} + ${at('file', 'f_mode')})`],
  [
    'task->files->fdt->fd[zero]->f_inode->i_ino',
    `R(u64, R(u64, ${file0} + ${at('file', 'f_inode')}) + ${at('inode', 'i_ino')})`,
  ],
  ['(u64)&task->files->fdt', `R(u64, ${task('files')}) + ${at('files_struct', 'fdt')}`],
  ['*&task->files->fdt->max_fds', `R(u32, ${fdTable} + ${at('fdtable', 'max_fds')})`],
  ['task->fs->pwd.dentry->d_name.len', `R(u32, ${entry} + ${at('dentry', 'd_name.len')})`],
  ['({ struct path path = task->fs->pwd; (u64)path.dentry; })', entry],
  [
    '({ struct path path; path = task->fs->pwd; path.dentry->d_inode->i_ino; })',
    `R(u64, R(u64, ${entry} + ${at('dentry', 'd_inode')}) + ${at('inode', 'i_ino')})`,
  ],
  ['({ struct path *path = &task->fs->pwd; (u64)path->mnt; })', `R(u64, ${working} + ${at('path', 'mnt')})`],
  [
    '({ u8 *name = (u8 *)task->fs->pwd.dentry->d_name.name; name[0] + *name; })',
    `R(u8, R(u64, ${entry} + ${at('dentry', 'd_name.name')})) * 2`,
  ],
  ['zero ? task->pid : task->real_parent->pid', `R(u32, ${parent} + ${at('task_struct', 'pid')})`],
  ['(zero ? task : task->real_parent)->pid', `R(u32, ${parent} + ${at('task_struct', 'pid')})`],
  [
    'tgid_of(task) + tgid_of(task->real_parent)',
    `R(u32, ${task('tgid')}) + R(u32, ${parent} + ${at('task_struct', 'tgid')})`,
  ],
  ['container_of(&task->children, struct task_struct, children)->pid', `R(u32, ${task('pid')})`],
  [
    'list_entry(task->real_parent->children.next, struct task_struct, sibling)->tgid',
    `R(u32, R(u64, ${parent} + ${at('task_struct', 'children')}) - ${at('task_struct', 'sibling')} + ${at('task_struct', 'tgid')})`,
  ],
  [
    '({ u32 n = 1; n += task->pid; n <<= task->tgid & 3; n; })',
    `(1 + R(u32, ${task('pid')})) << (R(u32, ${task('tgid')}) & 3)`,
  ],
  ['({ struct held held = { .task = task }; held.task->pid + held.array[0]; })', `R(u32, ${task('pid')})`],
  ['({ struct task_struct *both[2] = {}; both[1] = task; both[1]->tgid; })', `R(u32, ${task('tgid')})`],
  ['({ struct task_struct **kept = tasks.lookup(&zero); kept ? (*kept)->tgid : 0; })', `R(u32, ${task('tgid')})`],
  [
    '({ struct held *h = helds.lookup(&zero); h && h->task ? h->task->real_parent->pid : 0; })',
    `R(u32, ${parent} + ${at('task_struct', 'pid')})`,
  ],
  [
    '({ u32 n = 0; struct task_struct *t = task; for (int i = 0; i < 3; i++) { n += t->pid; t = t->real_parent; } n; })',
    `R(u32, ${task('pid')}) + R(u32, ${parent} + ${at('task_struct', 'pid')}) + R(u32, R(u64, ${parent} + ${at('task_struct', 'real_parent')}) + ${at('task_struct', 'pid')})`,
  ],
  [
    '({ char name[16] = {}; bpf_probe_read_kernel_str(&name, sizeof(name), task->real_parent->comm); name[1]; })',
    `R(u8, ${parent} + ${at('task_struct', 'comm')} + 1)`,
  ],
  [
    '({ u64 words[2]; __builtin_memcpy(words, &task->real_parent->comm, 16); words[0]; })',
    `R(u64, ${parent} + ${at('task_struct', 'comm')})`,
  ],
  [
    '(u64)(*(unsigned __int128 *)&task->real_parent->comm >> 64)',
    `R(u64, ${parent} + ${at('task_struct', 'comm')} + 8)`,
  ],
];

const text = `#include <linux/sched.h>
#include <linux/fs.h>
#include <linux/fdtable.h>
#include <linux/fs_struct.h>
#define R(type, address) ({ type __read = 0; bpf_probe_read_kernel(&__read, sizeof(__read), (void *)(address)); __read; })
struct held { struct task_struct *task; u32 array[2]; };
struct pair { u64 implicit, explicit; };
BPF_HASH(tasks, u32, struct task_struct *);
BPF_HASH(helds, u32, struct held);
BPF_ARRAY(pairs, struct pair, ${pairs.length});
static inline u32 tgid_of(struct task_struct *of) { return of->tgid; }
int on_enter(struct bpf_raw_tracepoint_args *ctx) {
  if ((u32)bpf_get_current_pid_tgid() != PID) return 0;
  struct task_struct *task = (struct task_struct *)bpf_get_current_task();
  struct held kept = { .task = task };
  u32 zero = 0;
  int index;
  tasks.update(&zero, &task);
  helds.update(&zero, &kept);
${pairs.map(([implicit, explicit], i) => `  { index = ${i}; struct pair pair = { ${implicit}, ${explicit} }; pairs.update(&index, &pair); }`).join('\n')}
  return 0;
}`;

it('read what explicit reads do', async () => {
  await using b = await bpf(text, { cflags: [`-DPID=${process.pid}`] });
  b.attachRawTracepoint({ tp: 'sys_enter', fn: 'on_enter' });
  statSync('/proc/self/stat');
  // Both halves of a pair are of one run of the program, which may have run again before the next.
  const found = pairs.map(([text], i) => ({
    text,
    ...(b.table('pairs').get(i) as Record<'implicit' | 'explicit', bigint>),
  }));
  expect(found.map(({ text, implicit }) => [text, implicit])).toEqual(
    found.map(({ text, explicit }) => [text, explicit]),
  );
  // Zeros would agree whatever was read.
  expect(found.filter(({ implicit }) => implicit !== 0n).length).toBeGreaterThan(pairs.length * 0.9);
});
