// Tasks, credentials, namespaces and control groups: inline functions of the kernel's headers, in our own words.

import { type FunctionRows, inlineFunctions } from './rows.ts';

export const taskFunctions: readonly FunctionRows[] = [
  inlineFunctions(
    'include/linux/sched.h, include/linux/sched/signal.h, include/linux/sched/rt.h',
    `
int task_pid_nr(struct task_struct *task) { return task->pid; }
int task_tgid_nr(struct task_struct *task) { return task->tgid; }
struct pid *task_pid(struct task_struct *task) { return task->thread_pid; }
struct pid *task_tgid(struct task_struct *task) { return task->signal->pids[PIDTYPE_TGID]; }
struct pid *task_pgrp(struct task_struct *task) { return task->signal->pids[PIDTYPE_PGID]; }
struct pid *task_session(struct task_struct *task) { return task->signal->pids[PIDTYPE_SID]; }
int task_nice(const struct task_struct *p) { return p->static_prio - 120; }
_Bool is_global_init(struct task_struct *p) { return p->tgid == 1; }
_Bool is_idle_task(const struct task_struct *p) { return !!(p->flags & 0x00000002); }
_Bool thread_group_leader(struct task_struct *p) { return p->exit_signal >= 0; }
_Bool has_group_leader_pid(struct task_struct *p) { return p->thread_pid == p->signal->pids[PIDTYPE_TGID]; }
_Bool same_thread_group(struct task_struct *p1, struct task_struct *p2) { return p1->signal == p2->signal; }
int get_nr_threads(struct task_struct *task) { return task->signal->nr_threads; }
unsigned int task_state_index(struct task_struct *task) {
  unsigned int state = (task->__state | task->exit_state) & TASK_REPORT;
  if ((task->__state & TASK_IDLE) == TASK_IDLE) state = TASK_REPORT + 1;
  return state ? 32 - __builtin_clz(state) : 0; }
char task_state_to_char(struct task_struct *task) { unsigned int index = task_state_index(task);
  return index == 0 ? 'R' : index == 1 ? 'S' : index == 2 ? 'D' : index == 3 ? 'T' : index == 4 ? 't' : index == 5 ? 'X' : index == 6 ? 'Z' : index == 7 ? 'P' : 'I'; }
int rt_prio(int prio) { return prio < MAX_RT_PRIO; }
int dl_prio(int prio) { return prio < 0; }
int rt_task(struct task_struct *p) { return p->prio < MAX_RT_PRIO; }
int dl_task(struct task_struct *p) { return p->prio < 0; }
int task_on_rq_queued(struct task_struct *p) { return p->on_rq == 1; }
int task_on_rq_migrating(struct task_struct *p) { return p->on_rq == 2; }
unsigned long task_rlimit(const struct task_struct *task, unsigned int limit) { return task->signal->rlim[limit].rlim_cur; }
unsigned long task_rlimit_max(const struct task_struct *task, unsigned int limit) { return task->signal->rlim[limit].rlim_max; }
void *task_stack_page(const struct task_struct *task) { return task->stack; }
`,
  ),
  inlineFunctions(
    'include/linux/pid.h, include/linux/pid_namespace.h',
    `
pid_t pid_nr(struct pid *pid) { return pid ? pid->numbers[0].nr : 0; }
struct pid_namespace *ns_of_pid(struct pid *pid) { return pid ? pid->numbers[pid->level].ns : (void *)0; }
_Bool is_child_reaper(struct pid *pid) { return pid->numbers[pid->level].nr == 1; }
pid_t pid_vnr(struct pid *pid) { return pid ? pid->numbers[pid->level].nr : 0; }
pid_t task_pid_vnr(struct task_struct *task) { return pid_vnr(task->thread_pid); }
pid_t task_tgid_vnr(struct task_struct *task) { return pid_vnr(task->signal->pids[PIDTYPE_TGID]); }
pid_t task_pgrp_vnr(struct task_struct *task) { return pid_vnr(task->signal->pids[PIDTYPE_PGID]); }
pid_t task_session_vnr(struct task_struct *task) { return pid_vnr(task->signal->pids[PIDTYPE_SID]); }
pid_t task_ppid_nr(const struct task_struct *task) { return task->real_parent->tgid; }
`,
  ),
  inlineFunctions(
    'include/linux/cred.h, include/linux/uidgid.h, include/linux/user_namespace.h',
    `
__u32 from_kuid(const void *ns, kuid_t uid) { return uid.val; }
__u32 from_kgid(const void *ns, kgid_t gid) { return gid.val; }
__u32 from_kuid_munged(const void *ns, kuid_t uid) { return uid.val; }
__u32 from_kgid_munged(const void *ns, kgid_t gid) { return gid.val; }
uid_t __kuid_val(kuid_t uid) { return uid.val; }
gid_t __kgid_val(kgid_t gid) { return gid.val; }
_Bool uid_eq(kuid_t left, kuid_t right) { return left.val == right.val; }
_Bool gid_eq(kgid_t left, kgid_t right) { return left.val == right.val; }
_Bool uid_valid(kuid_t uid) { return uid.val != (uid_t)-1; }
_Bool gid_valid(kgid_t gid) { return gid.val != (gid_t)-1; }
kuid_t task_uid(struct task_struct *task) { return task->real_cred->uid; }
kuid_t task_euid(struct task_struct *task) { return task->real_cred->euid; }
const struct cred *__task_cred(struct task_struct *task) { return task->real_cred; }
struct user_namespace *task_cred_user_ns(struct task_struct *task) { return task->real_cred->user_ns; }
`,
  ),
  inlineFunctions(
    'include/linux/cgroup.h, include/linux/kernfs.h, include/linux/memcontrol.h',
    `
__u64 cgroup_id(const struct cgroup *cgrp) { return cgrp->kn->id; }
__u64 cgroup_ino(struct cgroup *cgrp) { return (__u32)cgrp->kn->id; }
ino_t kernfs_ino(struct kernfs_node *kn) { return kn->id; }
__u64 kernfs_id(struct kernfs_node *kn) { return kn->id; }
struct css_set *task_css_set(struct task_struct *task) { return task->cgroups; }
struct cgroup_subsys_state *task_css(struct task_struct *task, int subsys_id) { return task->cgroups->subsys[subsys_id]; }
struct cgroup *task_cgroup(struct task_struct *task, int subsys_id) { return task->cgroups->subsys[subsys_id]->cgroup; }
struct cgroup *task_dfl_cgroup(struct task_struct *task) { return task->cgroups->dfl_cgrp; }
struct cgroup *cgroup_parent(struct cgroup *cgrp) { return cgrp->self.parent ? cgrp->self.parent->cgroup : (void *)0; }
unsigned short mem_cgroup_id(struct mem_cgroup *memcg) { return memcg->id.id; }
struct mem_cgroup *mem_cgroup_from_css(struct cgroup_subsys_state *css) { return css ? container_of(css, struct mem_cgroup, css) : (void *)0; }
`,
  ),
];
