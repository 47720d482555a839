// The benchmark's programs: one text, compiled for BPF by clang and for this machine by gcc.
// Each works on global arrays, takes thousands of instructions, and returns a checksum that must be the same everywhere.

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;

#ifdef __bpf__
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#define PROGRAM(name) SEC("xdp") int name(struct xdp_md *context)
#define DATA ((u8 *)(long)context->data)
#define DATA_END ((u8 *)(long)context->data_end)
char LICENSE[] SEC("license") = "GPL";
#else
struct packet {
  u8 *data, *end;
};
#define PROGRAM(name) int name(struct packet *context)
#define DATA (context->data)
#define DATA_END (context->end)
#endif

#define NOINLINE static __attribute__((noinline))

u8 flags[2048];
u64 source[256], target[256];
char text[1024], other[1024];
u32 words[64];
u8 code[512];

PROGRAM(empty) { return 2; }

PROGRAM(prepare) {
  u32 x = 12345;
  for (int i = 0; i < 256; i++) {
    x = x * 1664525 + 1013904223;
    source[i] = ((u64)x << 32) | (x ^ 0x5bd1e995);
  }
  for (int i = 0; i < 1023; i++) {
    x = x * 1664525 + 1013904223;
    text[i] = other[i] = 'a' + (x >> 28);
  }
  for (int i = 0; i < 512; i++) {
    x = x * 1664525 + 1013904223;
    code[i] = x >> 24;
  }
  for (int i = 0; i < 64; i++) words[i] = i * 2654435761u;
  return 0;
}

PROGRAM(sieve) {
  u32 count = 0;
  for (u32 i = 2; i < 2048; i++) {
    flags[i] = 1;
    asm volatile("" ::: "memory");
  }
  for (u32 i = 2; i < 2048; i++) {
    if (!flags[i]) continue;
    count++;
    for (u32 j = i * 2; j < 2048; j += i) flags[j] = 0;
  }
  return count;
}

PROGRAM(log2_loop) {
  u32 sum = 0;
  for (u32 i = 0; i < 256; i++) {
    u64 v = source[i];
    u32 r = 0;
    for (int b = 0; b < 64 && v > 1; b++) {
      v >>= 1;
      r++;
    }
    sum += r * (i + 1);
  }
  return sum;
}

PROGRAM(copy_loop) {
  for (u32 round = 0; round < 8; round++) {
    for (u32 i = 0; i < 256; i++) {
      target[i] = source[i] + round;
      asm volatile("" ::: "memory");
    }
  }
  u64 sum = 0;
  for (u32 i = 0; i < 256; i++) sum ^= target[i];
  return sum;
}

PROGRAM(compare_strings) {
  u32 same = 0;
  for (u32 round = 0; round < 3; round++) {
    for (u32 i = 0; i < 1023; i++) {
      if (text[i] != other[i] || text[i] == 0) break;
      same++;
      asm volatile("" ::: "memory");
    }
  }
  return same;
}

PROGRAM(switch_machine) {
  u64 a = 1, b = 2;
  for (u32 i = 0; i < 512; i++) {
    switch (code[i] & 15) {
      case 0: a += b; break;
      case 1: b ^= a; break;
      case 2: a <<= 1; break;
      case 3: b >>= 1; break;
      case 4: a -= 7; break;
      case 5: b += 0x9e3779b9; break;
      case 6: a *= 3; break;
      case 7: b |= 1; break;
      case 8: a &= 0xffffffffffffULL; break;
      case 9: b -= a; break;
      case 10: a ^= b >> 3; break;
      case 11: b *= 5; break;
      case 12: a = b + i; break;
      case 13: b = a ^ i; break;
      case 14: a += i; break;
      default: b += i; break;
    }
  }
  return a ^ b;
}

#define ROTL(x, n) (((x) << (n)) | ((x) >> (64 - (n))))
#define SIPROUND            \
  do {                      \
    v0 += v1;               \
    v1 = ROTL(v1, 13) ^ v0; \
    v0 = ROTL(v0, 32);      \
    v2 += v3;               \
    v3 = ROTL(v3, 16) ^ v2; \
    v0 += v3;               \
    v3 = ROTL(v3, 21) ^ v0; \
    v2 += v1;               \
    v1 = ROTL(v1, 17) ^ v2; \
    v2 = ROTL(v2, 32);      \
  } while (0)

PROGRAM(siphash) {
  u64 v0 = 0x736f6d6570736575ULL, v1 = 0x646f72616e646f6dULL, v2 = 0x6c7967656e657261ULL, v3 = 0x7465646279746573ULL;
  for (u32 i = 0; i < 256; i++) {
    u64 m = source[i];
    v3 ^= m;
    SIPROUND;
    SIPROUND;
    v0 ^= m;
  }
  v2 ^= 0xff;
  SIPROUND;
  SIPROUND;
  SIPROUND;
  SIPROUND;
  return v0 ^ v1 ^ v2 ^ v3;
}

static const u32 K[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01,
    0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc,
    0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
    0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08,
    0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
    0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};
#define ROTR(x, n) (((x) >> (n)) | ((x) << (32 - (n))))

PROGRAM(sha256_blocks) {
  u32 h[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  u32 w[64];
  for (u32 block = 0; block < 4; block++) {
    for (u32 i = 0; i < 16; i++) w[i] = words[block * 16 + i];
    for (u32 i = 16; i < 64; i++) {
      u32 s0 = ROTR(w[i - 15], 7) ^ ROTR(w[i - 15], 18) ^ (w[i - 15] >> 3);
      u32 s1 = ROTR(w[i - 2], 17) ^ ROTR(w[i - 2], 19) ^ (w[i - 2] >> 10);
      w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
    u32 a = h[0], b = h[1], c = h[2], d = h[3], e = h[4], f = h[5], g = h[6], hh = h[7];
    for (u32 i = 0; i < 64; i++) {
      u32 t1 = hh + (ROTR(e, 6) ^ ROTR(e, 11) ^ ROTR(e, 25)) + ((e & f) ^ (~e & g)) + K[i] + w[i];
      u32 t2 = (ROTR(a, 2) ^ ROTR(a, 13) ^ ROTR(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
      hh = g, g = f, f = e, e = d + t1, d = c, c = b, b = a, a = t1 + t2;
    }
    h[0] += a, h[1] += b, h[2] += c, h[3] += d, h[4] += e, h[5] += f, h[6] += g, h[7] += hh;
  }
  return h[0] ^ h[7];
}

PROGRAM(packet_checksum) {
  u8 *data = DATA, *end = DATA_END;
  u64 sum = 0;
  for (u32 round = 0; round < 4; round++) {
    for (u32 i = 0; i < 64; i++) {
      u16 *at = (u16 *)(data + i * 16);
      if ((u8 *)(at + 8) > end) break;
      for (u32 k = 0; k < 8; k++) sum += at[k];
      asm volatile("" ::: "memory");
    }
  }
  for (u32 fold = 0; fold < 4; fold++) sum = (sum & 0xffff) + (sum >> 16);
  return ~sum & 0xffff;
}

PROGRAM(parse_tuple) {
  u32 result = 0;
  for (u32 round = 0; round < 64; round++) {
    u8 *data = DATA, *end = DATA_END;
    if (data + 54 > end) return 0;
    u16 type = *(u16 *)(data + 12);
    if (type != 0x0008) return 0;
    u32 header = (data[14] & 15) * 4;
    u32 from = *(u32 *)(data + 26), to = *(u32 *)(data + 30);
    u8 protocol = data[23];
    u8 *l4 = data + 14 + header;
    if (l4 + 4 > end) return 0;
    u32 ports = *(u32 *)l4;
    result = (result ^ from) * 31 + (to ^ ports) + protocol + round;
    asm volatile("" ::: "memory");
  }
  return result;
}

NOINLINE u32 fib1(u32 n) { return n < 3 ? n : n * 3 - 4; }
NOINLINE u32 fib2(u32 n) { return fib1(n) + fib1(n + 1); }
NOINLINE u32 fib3(u32 n) { return fib2(n) + fib2(n + 1); }
NOINLINE u32 fib4(u32 n) { return fib3(n) + fib3(n + 1); }
NOINLINE u32 fib5(u32 n) { return fib4(n) + fib4(n + 1); }
NOINLINE u32 fib6(u32 n) { return fib5(n) + fib5(n + 1); }

PROGRAM(fibonacci_calls) {
  u32 sum = 0;
  for (u32 i = 0; i < 32; i++) sum = sum * 3 + fib6(i);
  return sum;
}

PROGRAM(search_string) {
  u32 found = 0;
  for (u32 i = 0; i < 1000; i++) {
    u32 k = 0;
    for (; k < 6; k++) {
      if (text[i + k] != "aaabcd"[k]) break;
      asm volatile("" ::: "memory");
    }
    found += k;
  }
  return found;
}

PROGRAM(matrix) {
  u32 sum = 0;
  for (u32 i = 0; i < 8; i++) {
    for (u32 j = 0; j < 8; j++) {
      u32 cell = 0;
      for (u32 k = 0; k < 8; k++) cell += words[i * 8 + k] * words[k * 8 + j];
      sum = (sum ^ cell) * 16777619;
    }
  }
  return sum;
}

#ifdef __bpf__
struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 1024);
  __type(key, u32);
  __type(value, u64);
} counters SEC(".maps");

struct prefix {
  u32 length;
  u32 address;
};
struct {
  __uint(type, BPF_MAP_TYPE_LPM_TRIE);
  __uint(max_entries, 256);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __type(key, struct prefix);
  __type(value, u32);
} routes SEC(".maps");

PROGRAM(count_in_hash) {
  u64 total = 0;
  for (u32 i = 0; i < 64; i++) {
    u32 key = i * 7 & 127;
    u64 one = 1, *value = bpf_map_lookup_elem(&counters, &key);
    if (value) total += ++*value;
    else bpf_map_update_elem(&counters, &key, &one, BPF_ANY);
  }
  return total;
}

PROGRAM(match_prefixes) {
  u32 total = 0;
  for (u32 i = 0; i < 64; i++) {
    struct prefix key = {32, i * 2654435761u};
    u32 *value = bpf_map_lookup_elem(&routes, &key);
    if (value) total += *value;
  }
  return total;
}
#endif
