// Arithmetic, lists, counters and times of the kernel's headers, in our own words.

import { type FunctionRows, inlineFunctions } from './rows.ts';

export const basicFunctions: readonly FunctionRows[] = [
  inlineFunctions(
    'include/linux/math64.h',
    `
__u64 div_u64(__u64 dividend, __u32 divisor) { return dividend / divisor; }
__u64 div64_u64(__u64 dividend, __u64 divisor) { return dividend / divisor; }
__u64 div64_ul(__u64 dividend, unsigned long divisor) { return dividend / divisor; }
__u64 mul_u64_u32_shr(__u64 a, __u32 mul, unsigned int shift) { return (__u64)(((unsigned __int128)a * mul) >> shift); }
__s64 div_s64(__s64 dividend, __s32 divisor) { __u64 q = (dividend < 0 ? -dividend : dividend) / (divisor < 0 ? -(__s64)divisor : divisor); return (dividend < 0) != (divisor < 0) ? -q : q; }
__u64 div_u64_rem(__u64 dividend, __u32 divisor, __u32 *remainder) { *remainder = dividend % divisor; return dividend / divisor; }
__u64 div64_u64_rem(__u64 dividend, __u64 divisor, __u64 *remainder) { *remainder = dividend % divisor; return dividend / divisor; }
__u64 mul_u32_u32(__u32 a, __u32 b) { return (__u64)a * b; }
__u64 mul_u64_u64_shr(__u64 a, __u64 mul, unsigned int shift) { return (__u64)(((unsigned __int128)a * mul) >> shift); }
`,
  ),
  inlineFunctions(
    'include/linux/bitops.h, include/asm-generic/bitops/',
    `
int fls(unsigned int x) { return x ? 32 - __builtin_clz(x) : 0; }
int fls64(__u64 x) { return x ? 64 - __builtin_clzll(x) : 0; }
unsigned int fls_long(unsigned long x) { return x ? 64 - __builtin_clzl(x) : 0; }
unsigned long __fls(unsigned long x) { return 63 - __builtin_clzl(x); }
int ffs(int x) { return x ? __builtin_ctz(x) + 1 : 0; }
unsigned long __ffs(unsigned long x) { return __builtin_ctzl(x); }
unsigned long __ffs64(__u64 x) { return __builtin_ctzll(x); }
unsigned long ffz(unsigned long x) { return __builtin_ctzl(~x); }
unsigned int hweight8(unsigned int w) { return __builtin_popcount(w & 0xff); }
unsigned int hweight16(unsigned int w) { return __builtin_popcount(w & 0xffff); }
unsigned int hweight32(unsigned int w) { return __builtin_popcount(w); }
unsigned long hweight64(__u64 w) { return __builtin_popcountll(w); }
unsigned long hweight_long(unsigned long w) { return __builtin_popcountl(w); }
_Bool test_bit(long nr, const volatile unsigned long *addr) { return 1 & (addr[nr / 64] >> (nr & 63)); }
__u64 rol64(__u64 word, unsigned int shift) { return (word << (shift & 63)) | (word >> ((-shift) & 63)); }
__u64 ror64(__u64 word, unsigned int shift) { return (word >> (shift & 63)) | (word << ((-shift) & 63)); }
__u32 rol32(__u32 word, unsigned int shift) { return (word << (shift & 31)) | (word >> ((-shift) & 31)); }
__u32 ror32(__u32 word, unsigned int shift) { return (word >> (shift & 31)) | (word << ((-shift) & 31)); }
__u16 rol16(__u16 word, unsigned int shift) { return (word << (shift & 15)) | (word >> ((-shift) & 15)); }
__s32 sign_extend32(__u32 value, int index) { return (__s32)(value << (31 - index)) >> (31 - index); }
__s64 sign_extend64(__u64 value, int index) { return (__s64)(value << (63 - index)) >> (63 - index); }
int get_count_order(unsigned int count) { return count ? (count & (count - 1) ? 32 : 31) - __builtin_clz(count) : -1; }
int get_order(unsigned long size) { return (size - 1) >> 12 ? 64 - __builtin_clzl((size - 1) >> 12) : 0; }
`,
  ),
  inlineFunctions(
    'include/linux/hash.h, include/linux/jhash.h (initial value)',
    `
__u32 hash_32(__u32 val, unsigned int bits) { return (val * 0x61C88647u) >> (32 - bits); }
__u32 hash_64(__u64 val, unsigned int bits) { return (val * 0x61C8864680B583EBull) >> (64 - bits); }
__u32 hash_ptr(const void *ptr, unsigned int bits) { return ((unsigned long)ptr * 0x61C8864680B583EBull) >> (64 - bits); }
`,
  ),
  inlineFunctions(
    'include/linux/list.h, include/linux/rbtree.h, include/linux/llist.h, include/linux/list_nulls.h',
    `
int list_empty(const struct list_head *head) { return head->next == head; }
int list_is_last(const struct list_head *list, const struct list_head *head) { return list->next == head; }
int list_is_first(const struct list_head *list, const struct list_head *head) { return list->prev == head; }
int list_is_head(const struct list_head *list, const struct list_head *head) { return list == head; }
int list_is_singular(const struct list_head *head) { return head->next != head && head->next == head->prev; }
int hlist_empty(const struct hlist_head *h) { return !h->first; }
int hlist_unhashed(const struct hlist_node *h) { return !h->pprev; }
_Bool llist_empty(const struct llist_head *head) { return !head->first; }
int is_a_nulls(const struct hlist_nulls_node *ptr) { return (unsigned long)ptr & 1; }
`,
  ),
  inlineFunctions(
    'include/linux/atomic/atomic-arch-fallback.h, include/linux/refcount.h, include/linux/kref.h, include/linux/percpu_counter.h',
    `
int atomic_read(const atomic_t *v) { return v->counter; }
__s64 atomic64_read(const atomic64_t *v) { return v->counter; }
long atomic_long_read(const atomic_long_t *v) { return v->counter; }
int atomic_read_acquire(const atomic_t *v) { return v->counter; }
__s64 atomic64_read_acquire(const atomic64_t *v) { return v->counter; }
unsigned int refcount_read(const refcount_t *r) { return r->refs.counter; }
unsigned int kref_read(const struct kref *kref) { return kref->refcount.refs.counter; }
__s64 percpu_counter_read(struct percpu_counter *fbc) { return fbc->count; }
__s64 percpu_counter_read_positive(struct percpu_counter *fbc) { __s64 count = fbc->count; return count < 0 ? 0 : count; }
`,
  ),
  inlineFunctions(
    'include/linux/ktime.h, include/linux/time64.h, include/linux/jiffies.h',
    `
__s64 ktime_to_ns(ktime_t kt) { return kt; }
__s64 ktime_to_us(ktime_t kt) { return div_s64(kt, 1000); }
__s64 ktime_to_ms(ktime_t kt) { return div_s64(kt, 1000000); }
ktime_t ns_to_ktime(__u64 ns) { return ns; }
ktime_t ms_to_ktime(__u64 ms) { return ms * 1000000; }
ktime_t ktime_set(__s64 secs, unsigned long nsecs) { return secs * 1000000000 + nsecs; }
int ktime_compare(ktime_t a, ktime_t b) { return a < b ? -1 : a > b; }
_Bool ktime_after(ktime_t a, ktime_t b) { return a > b; }
_Bool ktime_before(ktime_t a, ktime_t b) { return a < b; }
__s64 timespec64_to_ns(const struct timespec64 *ts) { return ts->tv_sec * 1000000000 + ts->tv_nsec; }
ktime_t timespec64_to_ktime(struct timespec64 ts) { return ts.tv_sec * 1000000000 + ts.tv_nsec; }
int timespec64_equal(const struct timespec64 *a, const struct timespec64 *b) { return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec; }
unsigned int jiffies_to_msecs(unsigned long j) { return j * 1000 / HZ; }
unsigned int jiffies_to_usecs(unsigned long j) { return j * 1000000 / HZ; }
__u64 jiffies_to_nsecs(unsigned long j) { return (__u64)j * (1000000000 / HZ); }
unsigned long msecs_to_jiffies(unsigned int m) { return ((unsigned long)m * HZ + 999) / 1000; }
unsigned long usecs_to_jiffies(unsigned int u) { return ((unsigned long)u * HZ + 999999) / 1000000; }
`,
  ),
  inlineFunctions(
    'include/linux/scatterlist.h',
    `
_Bool sg_is_chain(struct scatterlist *sg) { return sg->page_link & 1; }
_Bool sg_is_last(struct scatterlist *sg) { return sg->page_link & 2; }
struct scatterlist *sg_chain_ptr(struct scatterlist *sg) { return (struct scatterlist *)(sg->page_link & ~3UL); }
`,
  ),
  inlineFunctions(
    'include/linux/err.h',
    `
int PTR_ERR_OR_ZERO(const void *ptr) { return (unsigned long)ptr >= (unsigned long)-4095 ? (int)(long)ptr : 0; }
void *ERR_CAST(const void *ptr) { return (void *)ptr; }
`,
  ),
];
