// Members and types that kernels named differently, read whichever is there.
#ifndef CORE_FIXES_BPF_H
#define CORE_FIXES_BPF_H
#include <bpf/bpf_core_read.h>

struct task_struct___o {
	volatile long int state;
} __attribute__((preserve_access_index));

struct task_struct___n {
	unsigned int __state;
} __attribute__((preserve_access_index));

static __always_inline __s64 task_state(void *task)
{
	struct task_struct___n *t = task;

	if (bpf_core_field_exists(t->__state))
		return BPF_CORE_READ(t, __state);
	return BPF_CORE_READ((struct task_struct___o *)task, state);
}

struct request_queue___n { struct gendisk *disk; } __attribute__((preserve_access_index));
struct request___o { struct gendisk *rq_disk; } __attribute__((preserve_access_index));

static __always_inline struct gendisk *disk_of(void *request)
{
	struct request___o *r = request;
	struct request_queue___n *q;

	if (bpf_core_field_exists(r->rq_disk))
		return BPF_CORE_READ(r, rq_disk);
	q = (void *)BPF_CORE_READ((struct request *)request, q);
	return BPF_CORE_READ(q, disk);
}

struct trace_event_raw_block_rq_complete___o { dev_t dev; sector_t sector; unsigned int nr_sector; } __attribute__((preserve_access_index));
struct trace_event_raw_block_rq_completion___n { dev_t dev; sector_t sector; unsigned int nr_sector; } __attribute__((preserve_access_index));

static __always_inline bool has_block_rq_completion(void)
{
	return bpf_core_type_exists(struct trace_event_raw_block_rq_completion___n);
}

struct trace_event_raw_kmem_alloc___o { const void *ptr; size_t bytes_alloc; } __attribute__((preserve_access_index));
struct trace_event_raw_kmalloc___n { const void *ptr; size_t bytes_alloc; } __attribute__((preserve_access_index));

struct bio___o { struct gendisk *bi_disk; } __attribute__((preserve_access_index));
struct bio___n { struct block_device *bi_bdev; } __attribute__((preserve_access_index));

static __always_inline struct gendisk *disk_of_bio(void *bio)
{
	struct bio___n *b = bio;

	if (bpf_core_field_exists(b->bi_bdev))
		return BPF_CORE_READ(b, bi_bdev, bd_disk);
	return BPF_CORE_READ((struct bio___o *)bio, bi_disk);
}

struct inode___o { struct timespec64 i_mtime; } __attribute__((preserve_access_index));
struct inode___n { time64_t i_mtime_sec; } __attribute__((preserve_access_index));

static __always_inline s64 inode_mtime(void *inode)
{
	if (bpf_core_field_exists(((struct inode___n *)0)->i_mtime_sec))
		return BPF_CORE_READ((struct inode___n *)inode, i_mtime_sec);
	return BPF_CORE_READ((struct inode___o *)inode, i_mtime.tv_sec);
}

struct iov_iter___n { const struct iovec *__iov; } __attribute__((preserve_access_index));
struct iov_iter___o { const struct iovec *iov; } __attribute__((preserve_access_index));

static __always_inline const struct iovec *iovec_of(void *iter)
{
	if (bpf_core_field_exists(struct iov_iter___n, __iov))
		return BPF_CORE_READ((struct iov_iter___n *)iter, __iov);
	return BPF_CORE_READ((struct iov_iter___o *)iter, iov);
}

struct renamedata___o { struct user_namespace *old_mnt_userns; } __attribute__((preserve_access_index));

static __always_inline bool renames_by_argument(void)
{
	return bpf_core_type_exists(struct renamedata) || bpf_core_type_exists(struct renamedata___o);
}

#endif
