// A tree of objects that the program makes itself (Linux 6.3).
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

#define private(name) SEC(".data." #name) __hidden __attribute__((aligned(8)))
#define __contains(name, node) __attribute__((btf_decl_tag("contains:" #name ":" #node)))

extern void *bpf_obj_new_impl(__u64 local_type_id, void *meta) __ksym;
extern void bpf_obj_drop_impl(void *p, void *meta) __ksym;
extern int bpf_rbtree_add_impl(struct bpf_rb_root *root, struct bpf_rb_node *node, bool (less)(struct bpf_rb_node *a, const struct bpf_rb_node *b), void *meta, __u64 off) __ksym;
extern struct bpf_rb_node *bpf_rbtree_first(struct bpf_rb_root *root) __ksym;
extern struct bpf_rb_node *bpf_rbtree_remove(struct bpf_rb_root *root, struct bpf_rb_node *node) __ksym;

struct tree_node {
	long key;
	long data;
	struct bpf_rb_node link;
};

private(A) struct bpf_spin_lock glock;
private(A) struct bpf_rb_root groot __contains(tree_node, link);

static bool less(struct bpf_rb_node *a, const struct bpf_rb_node *b)
{
	struct tree_node *node_a = container_of(a, struct tree_node, link);
	struct tree_node *node_b = container_of(b, struct tree_node, link);

	return node_a->key < node_b->key;
}

SEC("tp_btf/task_newtask")
int BPF_PROG(into_tree, struct task_struct *task, u64 clone_flags)
{
	struct tree_node *n = bpf_obj_new_impl(bpf_core_type_id_local(struct tree_node), NULL);
	struct bpf_rb_node *first;
	long key = -1;

	if (!n)
		return 0;
	n->key = task->pid;
	bpf_spin_lock(&glock);
	bpf_rbtree_add_impl(&groot, &n->link, less, NULL, 0);
	bpf_spin_unlock(&glock);
	bpf_spin_lock(&glock);
	first = bpf_rbtree_first(&groot);
	if (!first) {
		bpf_spin_unlock(&glock);
		return 0;
	}
	first = bpf_rbtree_remove(&groot, first);
	bpf_spin_unlock(&glock);
	if (!first)
		return 0;
	n = container_of(first, struct tree_node, link);
	key = n->key;
	bpf_obj_drop_impl(n, NULL);
	return key == 1;
}

char LICENSE[] SEC("license") = "GPL";
