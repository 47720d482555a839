// Small programs as users write them: histograms, counters, packet parsing, filters, events. Each is run on one packet.
#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;

#define MAP(name, kind, entries, key_type, value_type) \
  struct {                                             \
    __uint(type, BPF_MAP_TYPE_##kind);                 \
    __uint(max_entries, entries);                      \
    __type(key, key_type);                             \
    __type(value, value_type);                         \
  } name SEC(".maps")

struct flow {
  u32 from, to;
  u16 from_port, to_port;
  u8 protocol, direction;
  u16 pad;
};
struct counts {
  u64 packets, bytes, first, last;
  u32 flags;
};
struct hist {
  u32 slots[27];
};
struct bucket {
  u64 tokens, stamp;
};
struct event {
  u64 time;
  u32 pid, uid, length;
  int result;
  char comm[16];
  char path[64];
};
struct ethernet {
  u8 to[6], from[6];
  u16 type;
};
struct vlan {
  u16 tag, type;
};
struct ipv4 {
  u8 size_version, service;
  u16 length, id, fragment;
  u8 ttl, protocol;
  u16 checksum;
  u32 from, to;
};
struct tcp {
  u16 from, to;
  u32 sequence, acknowledged;
  u16 flags, window, checksum, urgent;
};

MAP(flows, HASH, 1024, struct flow, struct counts);
MAP(hists, HASH, 64, u32, struct hist);
MAP(slots, ARRAY, 64, u32, u64);
MAP(buckets, LRU_HASH, 64, u32, struct bucket);
MAP(starts, HASH, 256, u64, u64);
MAP(scratch, PERCPU_ARRAY, 1, u32, struct event);
struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, 65536);
} events SEC(".maps");

const volatile u32 target_pid = 0;
const volatile u8 filter_ports[16] = {0, 22, 0, 80};
const volatile u64 min_ns = 10;
u64 total, dropped, errors[8];
char LICENSE[] SEC("license") = "GPL";

#define PROGRAM(name) SEC("xdp") int name(struct xdp_md *ctx)

static __always_inline u64 log2_u32(u32 v) {
  u32 shift, r;
  r = (v > 0xFFFF) << 4;
  v >>= r;
  shift = (v > 0xFF) << 3;
  v >>= shift;
  r |= shift;
  shift = (v > 0xF) << 2;
  v >>= shift;
  r |= shift;
  shift = (v > 0x3) << 1;
  v >>= shift;
  r |= shift;
  r |= (v >> 1);
  return r;
}

static __always_inline u64 log2_u64(u64 v) {
  u32 hi = v >> 32;
  return hi ? log2_u32(hi) + 32 : log2_u32(v);
}

PROGRAM(latency_histogram) {
  static struct hist zero;
  u64 id = ctx->ingress_ifindex + 7, now = 123456789;
  bpf_map_update_elem(&starts, &id, &now, BPF_ANY);
  u64 *start = bpf_map_lookup_elem(&starts, &id);
  if (!start) return 0;
  u64 delta = *start * 3 - now;
  if ((long long)delta < 0) goto cleanup;
  u32 key = ctx->rx_queue_index;
  struct hist *hist = bpf_map_lookup_elem(&hists, &key);
  if (!hist) {
    bpf_map_update_elem(&hists, &key, &zero, BPF_ANY);
    hist = bpf_map_lookup_elem(&hists, &key);
    if (!hist) goto cleanup;
  }
  delta /= 1000U;
  u64 slot = log2_u64(delta);
  if (slot >= 27) slot = 26;
  __sync_fetch_and_add(&hist->slots[slot], 1);
cleanup:
  bpf_map_delete_elem(&starts, &id);
  return 1;
}

PROGRAM(histogram_by_loop) {
  u64 value = (u64)(ctx->data_end - ctx->data) * 77;
  u32 slot = 0;
  for (int i = 0; i < 64; i++) {
    if (value <= 1) break;
    value >>= 1;
    slot++;
  }
  u64 *count = bpf_map_lookup_elem(&slots, &slot);
  if (count) __sync_fetch_and_add(count, 1);
  return slot;
}

static __always_inline int parse(struct xdp_md *ctx, struct flow *flow) {
  void *at = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
  struct ethernet *ethernet = at;
  if ((void *)(ethernet + 1) > end) return -1;
  at = ethernet + 1;
  u16 type = ethernet->type;
#pragma unroll
  for (int i = 0; i < 2; i++) {
    if (type == bpf_htons(0x8100) || type == bpf_htons(0x88a8)) {
      struct vlan *vlan = at;
      if ((void *)(vlan + 1) > end) return -1;
      type = vlan->type;
      at = vlan + 1;
    }
  }
  if (type != bpf_htons(0x0800)) return -2;
  struct ipv4 *ip = at;
  if ((void *)(ip + 1) > end) return -1;
  u32 size = (ip->size_version & 15) * 4;
  if (size < sizeof(*ip)) return -3;
  at += size;
  struct tcp *tcp = at;
  if ((void *)(tcp + 1) > end) return -1;
  flow->from = ip->from;
  flow->to = ip->to;
  flow->protocol = ip->protocol;
  flow->from_port = bpf_ntohs(tcp->from);
  flow->to_port = bpf_ntohs(tcp->to);
  return 0;
}

PROGRAM(count_flows) {
  struct flow flow = {};
  if (parse(ctx, &flow) < 0) return 2;
  flow.direction = flow.from_port < flow.to_port;
  struct counts *known = bpf_map_lookup_elem(&flows, &flow);
  u64 size = ctx->data_end - ctx->data;
  if (known) {
    known->packets++;
    known->bytes += size;
    known->last = size;
    known->flags |= 2;
  } else {
    struct counts fresh = {.packets = 1, .bytes = size, .first = size, .last = size, .flags = 1};
    bpf_map_update_elem(&flows, &flow, &fresh, BPF_NOEXIST);
  }
  return 2;
}

PROGRAM(filter_ports_and_hosts) {
  struct flow flow = {};
  int error = parse(ctx, &flow);
  if (error) {
    errors[-error & 7]++;
    return 2;
  }
  for (int i = 0; i < 16; i++) {
    if (filter_ports[i] && filter_ports[i] == flow.to_port) {
      dropped++;
      return 1;
    }
  }
  if ((flow.from & bpf_htonl(0xffff0000)) == bpf_htonl(0x0a000000)) return 1;
  total += ctx->data_end - ctx->data;
  return 2;
}

PROGRAM(token_bucket) {
  u32 key = 3;
  u64 now = 5000000, rate = 1000, burst = 4000;
  struct bucket *bucket = bpf_map_lookup_elem(&buckets, &key);
  if (!bucket) {
    struct bucket fresh = {burst, now};
    bpf_map_update_elem(&buckets, &key, &fresh, BPF_ANY);
    return 2;
  }
  u64 grown = bucket->tokens + (now - bucket->stamp) * rate / 1000000;
  bucket->tokens = grown > burst ? burst : grown;
  bucket->stamp = now;
  u32 need = ctx->data_end - ctx->data;
  if (bucket->tokens < need) return 1;
  bucket->tokens -= need;
  return 2;
}

PROGRAM(send_event) {
  u64 id = bpf_get_current_pid_tgid();
  u32 pid = id >> 32;
  if (target_pid && target_pid != pid) return 0;
  struct event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
  if (!event) return 0;
  event->time = 42;
  event->pid = pid;
  event->uid = (u32)id;
  event->length = ctx->data_end - ctx->data;
  event->result = event->length > 100 ? -1 : 0;
  bpf_get_current_comm(&event->comm, sizeof(event->comm));
  __builtin_memset(event->path, 0, sizeof(event->path));
  event->path[0] = '/';
  bpf_ringbuf_submit(event, 0);
  return 1;
}

PROGRAM(match_name) {
  char comm[16] = "dockerd";
  char wanted[16] = "docker";
  if (ctx->rx_queue_index == 5) wanted[6] = 'x';
  for (int i = 0; i < 16; i++) {
    if (wanted[i] == 0) return 1;
    if (comm[i] != wanted[i]) return 0;
  }
  return 1;
}

PROGRAM(hash_payload) {
  u8 *data = (u8 *)(long)ctx->data, *end = (u8 *)(long)ctx->data_end;
  u32 hash = 2166136261u;
  for (int i = 0; i < 64; i++) {
    if (data + i + 1 > end) break;
    hash = (hash ^ data[i]) * 16777619;
  }
  return hash;
}

PROGRAM(ip_checksum) {
  u8 *data = (u8 *)(long)ctx->data, *end = (u8 *)(long)ctx->data_end;
  struct ipv4 *ip = (struct ipv4 *)(data + sizeof(struct ethernet));
  if ((u8 *)(ip + 1) > end) return 0;
  u16 *words = (u16 *)ip;
  u32 sum = 0;
  for (int i = 0; i < 10; i++) sum += words[i];
  sum = (sum & 0xffff) + (sum >> 16);
  sum = (sum & 0xffff) + (sum >> 16);
  return (u16)~sum;
}

PROGRAM(rewrite_packet) {
  void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
  struct ethernet *ethernet = data;
  struct ipv4 *ip = data + sizeof(*ethernet);
  if ((void *)(ip + 1) > end) return 1;
  u8 address[6];
  __builtin_memcpy(address, ethernet->to, 6);
  __builtin_memcpy(ethernet->to, ethernet->from, 6);
  __builtin_memcpy(ethernet->from, address, 6);
  u32 from = ip->from;
  ip->from = ip->to;
  ip->to = from;
  u32 sum = ip->checksum + bpf_htons(0x0100);
  ip->checksum = sum + (sum >= 0xffff);
  if (--ip->ttl == 0) return 1;
  return 3;
}

PROGRAM(classify) {
  u32 result = 0;
  for (u32 i = 0; i < 24; i++) {
    u32 kind = (ctx->rx_queue_index + i) % 12;
    switch (kind) {
      case 0: result += 1; break;
      case 1: result += 10; break;
      case 2: result += 7; break;
      case 3: result += 33; break;
      case 4: result ^= i; break;
      case 7: case 8: case 9: result <<= 1; break;
      default: result--;
    }
  }
  return result;
}

PROGRAM(parse_options) {
  u8 *data = (u8 *)(long)ctx->data, *end = (u8 *)(long)ctx->data_end;
  u8 *at = data + 34;
  u32 found = 0;
  for (int i = 0; i < 10; i++) {
    if (at + 1 > end) break;
    u8 kind = *at;
    if (kind == 0) break;
    if (kind == 1) {
      at++;
      continue;
    }
    if (at + 2 > end) break;
    u8 length = at[1];
    if (length < 2) break;
    if (kind == 2) found |= 1;
    else if (kind == 3) found |= 2;
    else if (kind == 8) found |= 4;
    at += length;
  }
  return found;
}

PROGRAM(per_cpu_scratch) {
  u32 zero = 0;
  struct event *event = bpf_map_lookup_elem(&scratch, &zero);
  if (!event) return 0;
  u8 *data = (u8 *)(long)ctx->data, *end = (u8 *)(long)ctx->data_end;
  u32 length = end - data;
  if (length > sizeof(event->path)) length = sizeof(event->path);
  for (u32 i = 0; i < sizeof(event->path); i++) {
    if (i >= length || data + i + 1 > end) break;
    event->path[i] = data[i];
  }
  event->length = length;
  return length;
}
