// Calls helpers with ordinary and with wrong arguments and keeps what they return: both hosts must agree.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_helpers.h>

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 64);
  __type(key, __u32);
  __type(value, __s64);
} results SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 8);
  __type(key, __u32);
  __type(value, char[64]);
} texts SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 4);
  __type(key, __u64);
  __type(value, __u64);
} table SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_QUEUE);
  __uint(max_entries, 2);
  __type(value, __u32);
} queue SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_LPM_TRIE);
  __uint(max_entries, 4);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __uint(key_size, 8);
  __uint(value_size, 4);
} trie SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, 4096);
} ring SEC(".maps");

static __u32 next;

static __always_inline void keep(__s64 value) {
  __u32 at = next++;
  bpf_map_update_elem(&results, &at, &value, 0);
}

SEC("tc")
int numbers(struct __sk_buff *skb) {
  next = 0;
  long value = 0;
  unsigned long natural = 0;
#define PARSE(text)                                    \
  do {                                                 \
    char buffer[] = text;                              \
    value = natural = 99;                              \
    keep(bpf_strtol(buffer, sizeof(buffer), 0, &value)); \
    keep(value);                                       \
    keep(bpf_strtoul(buffer, sizeof(buffer), 16, &natural)); \
    keep(natural);                                     \
  } while (0)
  PARSE("123 rest");
  PARSE("  -42");
  PARSE("0x1fg");
  PARSE("017");
  PARSE("nonsense");
  PARSE("99999999999999999999");
  PARSE("-9223372036854775808");
  PARSE("ffffffffffffffff");
  char buffer[] = "12";
  keep(bpf_strtol(buffer, sizeof(buffer), 7, &value));
  keep(bpf_strncmp("abc", 4, "abc"));
  keep(bpf_strncmp("abc", 4, "abd"));
  keep(bpf_strncmp("abcx", 3, "abcy"));
  return next;
}

SEC("tc")
int checksums(struct __sk_buff *skb) {
  next = 0;
  __be32 from[4] = {0x01020304, 0xffffffff, 5, 6}, to[4] = {7, 0x80808080, 0xdeadbeef, 1};
  keep(bpf_csum_diff(from, 16, to, 16, 0));
  keep(bpf_csum_diff(0, 0, to, 8, 77));
  keep(bpf_csum_diff(from, 12, 0, 0, 0xffff));
  keep(bpf_l3_csum_replace(skb, 24, 0x1234, 0x5678, 2));
  keep(bpf_l3_csum_replace(skb, 24, 0x12345678, 0x9abcdef0, 4));
  keep(bpf_l3_csum_replace(skb, 24, 0, 0x4321, 0));
  keep(bpf_l3_csum_replace(skb, 25, 1, 2, 2));
  keep(bpf_l3_csum_replace(skb, 2000, 1, 2, 2));
  keep(bpf_l3_csum_replace(skb, 24, 1, 2, 3));
  keep(bpf_l4_csum_replace(skb, 40, 0x1234, 0x5678, 2));
  keep(bpf_l4_csum_replace(skb, 40, 0x12345678, 0x9abcdef0, 4 | BPF_F_PSEUDO_HDR));
  keep(bpf_l4_csum_replace(skb, 42, 1, 2, 2 | BPF_F_MARK_MANGLED_0));
  return next;
}

SEC("tc")
int bytes(struct __sk_buff *skb) {
  next = 0;
  __u8 buffer[16] = {1, 2, 3};
  keep(bpf_skb_load_bytes(skb, 10, buffer, 8));
  keep(*(__u64 *)buffer);
  keep(bpf_skb_load_bytes(skb, 58, buffer, 8));
  keep(*(__u64 *)buffer);
  keep(bpf_skb_load_bytes(skb, 0x10000, buffer, 1));
  keep(bpf_skb_store_bytes(skb, 30, "hello", 5, 0));
  keep(bpf_skb_store_bytes(skb, 58, "hello", 5, 0));
  keep(bpf_skb_store_bytes(skb, 30, "hello", 5, 99));
  keep(bpf_skb_load_bytes_relative(skb, 2, buffer, 4, 1));
  keep(*(__u32 *)buffer);
  keep(bpf_skb_load_bytes_relative(skb, 2, buffer, 4, 7));
  keep(bpf_skb_pull_data(skb, 20));
  keep(skb->len);
  return next;
}

SEC("tc")
int sizes(struct __sk_buff *skb) {
  next = 0;
  keep(bpf_skb_change_tail(skb, 80, 0));
  keep(skb->len);
  keep(bpf_skb_change_tail(skb, 50, 0));
  keep(skb->len);
  keep(bpf_skb_change_tail(skb, 50, 1));
  keep(bpf_skb_change_head(skb, 14, 0));
  keep(skb->len);
  keep(bpf_skb_change_head(skb, 14, 1));
  return next;
}

SEC("xdp")
int xdp_sizes(struct xdp_md *ctx) {
  next = 0;
  keep(bpf_xdp_adjust_head(ctx, -8));
  keep(ctx->data_end - ctx->data);
  keep(bpf_xdp_adjust_head(ctx, 20));
  keep(ctx->data_end - ctx->data);
  keep(bpf_xdp_adjust_head(ctx, 4000));
  keep(bpf_xdp_adjust_head(ctx, -4000));
  keep(bpf_xdp_adjust_tail(ctx, 6));
  keep(ctx->data_end - ctx->data);
  keep(bpf_xdp_adjust_tail(ctx, -10));
  keep(ctx->data_end - ctx->data);
  keep(bpf_xdp_adjust_tail(ctx, -4000));
  keep(bpf_xdp_adjust_meta(ctx, -8));
  keep(ctx->data - ctx->data_meta);
  keep(bpf_xdp_adjust_meta(ctx, -3));
  keep(bpf_xdp_adjust_meta(ctx, 100));
  keep(bpf_xdp_get_buff_len(ctx));
  __u8 buffer[8] = {};
  keep(bpf_xdp_load_bytes(ctx, 2, buffer, 8));
  keep(*(__u64 *)buffer);
  keep(bpf_xdp_load_bytes(ctx, 50, buffer, 8));
  keep(bpf_xdp_store_bytes(ctx, 4, "ab", 2));
  keep(bpf_xdp_store_bytes(ctx, 400, "ab", 2));
  return XDP_PASS;
}

SEC("tc")
int maps(struct __sk_buff *skb) {
  next = 0;
  __u64 key = 1, value = 7, *found;
  keep(bpf_map_update_elem(&table, &key, &value, BPF_EXIST));
  keep(bpf_map_update_elem(&table, &key, &value, BPF_NOEXIST));
  keep(bpf_map_update_elem(&table, &key, &value, BPF_NOEXIST));
  keep(bpf_map_update_elem(&table, &key, &value, 77));
  for (key = 2; key < 7; key++) keep(bpf_map_update_elem(&table, &key, &value, BPF_ANY));
  key = 2;
  found = bpf_map_lookup_elem(&table, &key);
  keep(found ? *found : -1);
  keep(bpf_map_delete_elem(&table, &key));
  keep(bpf_map_delete_elem(&table, &key));
  __u32 index = 99, small = 5;
  __s64 nothing = 0;
  keep(bpf_map_update_elem(&results, &index, &nothing, 0));
  keep(bpf_map_delete_elem(&results, &index));
  keep(bpf_map_push_elem(&queue, &small, 0));
  keep(bpf_map_push_elem(&queue, &index, 0));
  keep(bpf_map_push_elem(&queue, &index, 0));
  keep(bpf_map_push_elem(&queue, &small, BPF_EXIST));
  keep(bpf_map_peek_elem(&queue, &small));
  keep(small);
  keep(bpf_map_pop_elem(&queue, &small));
  keep(bpf_map_pop_elem(&queue, &small));
  keep(bpf_map_pop_elem(&queue, &small));
  __u32 prefix[2] = {8, 10}, longer[2] = {33, 10};
  keep(bpf_map_update_elem(&trie, prefix, &small, 0));
  keep(bpf_map_update_elem(&trie, longer, &small, 0));
  keep(bpf_map_delete_elem(&trie, longer));
  prefix[0] = 9;
  keep(bpf_map_delete_elem(&trie, prefix));
  keep(bpf_map_update_elem(&trie, prefix, &small, 9));
  keep(bpf_ringbuf_output(&ring, &key, 8, 0));
  keep(bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA));
  keep(bpf_ringbuf_query(&ring, BPF_RB_RING_SIZE));
  keep(bpf_ringbuf_query(&ring, BPF_RB_PROD_POS));
  return next;
}

SEC("tc")
int formats(struct __sk_buff *skb) {
  next = 0;
  __u32 at = 0;
#define FORMAT(format, ...)                                           \
  do {                                                                \
    static const char text[] = format;                                \
    __u64 arguments[] = {__VA_ARGS__};                                \
    char *to = bpf_map_lookup_elem(&texts, &at);                      \
    if (to) keep(bpf_snprintf(to, 64, text, arguments, sizeof(arguments))); \
    at++;                                                             \
  } while (0)
  FORMAT("%d %u %x", -5, 7, 255);
  FORMAT("%lld %llu %llx", -5, -7, -1);
  FORMAT("%08x|%-6d|%6d|", 0xabc, 42, 43);
  FORMAT("%ld %lu %lx", -1, -1, -1);
  FORMAT("%c%c %% %X", 'o', 'k', 0xbeef);
  FORMAT("a longer text that does not fit into the sixty-four bytes there are: %d", 1);
  FORMAT("%x %i", 16, -1);
  return next;
}

char LICENSE[] SEC("license") = "GPL";
