#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_endian.h>
#include "bits.bpf.h"

#define MAX_ENTRIES 10240
#define AF_INET 2
#define AF_INET6 10
#define MAX_SLOTS 27
#define IPV6_LEN 16

struct hist {
	__u64 latency;
	__u64 cnt;
	__u32 slots[MAX_SLOTS];
};
struct hist_key {
	__u16 family;
	__u8 addr[IPV6_LEN];
};

const volatile bool targ_laddr_hist = false;
const volatile bool targ_raddr_hist = false;
const volatile bool targ_show_ext = false;
const volatile __u16 targ_sport = 0;
const volatile __u32 targ_saddr = 0;
const volatile __u8 targ_saddr_v6[IPV6_LEN] = {};
const volatile bool targ_ms = false;

#define unlikely(x) __builtin_expect(!!(x), 0)

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_ENTRIES);
	__type(key, struct hist_key);
	__type(value, struct hist);
} hists SEC(".maps");

static struct hist zero;

/* Whether two IPv6 addresses differ. */
#define IPV6_ANY { 0 }
static inline bool ipv6_is_not_zero(const volatile __u8 addr[IPV6_LEN])
{
	for (int i = 0; i < IPV6_LEN; i++)
		if (addr[i])
			return true;
	return false;
}

static inline bool ipv6_not_match(const volatile __u8 a[IPV6_LEN], const __u8 b[IPV6_LEN])
{
	for (int i = 0; i < IPV6_LEN; i++)
		if (a[i] != b[i])
			return true;
	return false;
}

static int handle_tcp_rcv_established(struct sock *sk)
{
	const struct inet_sock *inet = (struct inet_sock *)(sk);
	struct tcp_sock *ts;
	struct hist *histp;
	struct hist_key key = {};
	u64 slot;
	u32 srtt;

	if (targ_sport && targ_sport != BPF_CORE_READ(inet, inet_sport))
		return 0;
	if (targ_saddr && targ_saddr != BPF_CORE_READ(inet, inet_saddr))
		return 0;
	key.family = BPF_CORE_READ(sk, __sk_common.skc_family);
	switch (key.family) {
	case AF_INET:
		if (targ_laddr_hist)
			BPF_CORE_READ_INTO((__u32 *)&key.addr, inet, inet_saddr);
		break;
	case AF_INET6:
		if (ipv6_is_not_zero(targ_saddr_v6)) {
			__u8 addr[IPV6_LEN];

			BPF_CORE_READ_INTO(&addr, inet, pinet6, saddr.in6_u.u6_addr8);
			if (ipv6_not_match(targ_saddr_v6, addr))
				return 0;
		}
		if (targ_laddr_hist)
			BPF_CORE_READ_INTO(&key.addr, inet, pinet6, saddr.in6_u.u6_addr8);
		else if (targ_raddr_hist)
			BPF_CORE_READ_INTO(&key.addr, inet, sk.__sk_common.skc_v6_daddr.in6_u.u6_addr8);
		break;
	default:
		return 0;
	}
	histp = bpf_map_lookup_elem(&hists, &key);
	if (!histp) {
		bpf_map_update_elem(&hists, &key, &zero, BPF_NOEXIST);
		histp = bpf_map_lookup_elem(&hists, &key);
		if (unlikely(!histp))
			return 0;
	}
	ts = (struct tcp_sock *)(sk);
	srtt = BPF_CORE_READ(ts, srtt_us) >> 3;
	if (targ_ms)
		srtt /= 1000U;
	slot = log2_64(srtt);
	if (slot >= MAX_SLOTS)
		slot = MAX_SLOTS - 1;
	__sync_fetch_and_add(&histp->slots[slot], 1);
	if (targ_show_ext) {
		__sync_fetch_and_add(&histp->latency, srtt);
		__sync_fetch_and_add(&histp->cnt, 1);
	}
	return 0;
}

SEC("fentry/tcp_rcv_established")
int BPF_PROG(tcp_rcv, struct sock *sk)
{
	return handle_tcp_rcv_established(sk);
}

SEC("kprobe/tcp_rcv_established")
int BPF_KPROBE(tcp_rcv_kprobe, struct sock *sk)
{
	return handle_tcp_rcv_established(sk);
}

char LICENSE[] SEC("license") = "GPL";
