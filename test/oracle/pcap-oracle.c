// The oracle of the filter tests: libpcap behind a line protocol, many requests a process.
// Fields are separated by tabs, one answer line a request:
//   c DLT SNAPLEN OPTIMIZE NETMASK EXPR  -> "ok<TAB>code,jt,jf,k;..." or "err<TAB>message"
//   t DLT SNAPLEN OPTIMIZE NETMASK EXPR  -> "ok<TAB>nanoseconds per compilation, of the best batch" or "err<TAB>message"
//   p HEX | p - (forget all)             -> "ok"   a packet of the set
//   x code,jt,jf,k;...                   -> "ok<TAB>RESULTS", one letter a packet: 0 no, 1 yes, b load outside, z division by 0,
//                                           w BPF_MEM never written read
//   s code,jt,jf,k;...                   -> "ok<TAB>nanoseconds per packet" of libpcap's own interpreter
//   l                                    -> "ok<TAB>value name description;..." every DLT libpcap names
// DLT -1 is the loop-back interface opened live (Linux's special loads); NETMASK is hexadecimal in network order as libpcap takes it.
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct packet { unsigned len; unsigned char *data; };
static struct packet *packets;
static size_t packet_count, packet_capacity;

static double now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e9 + t.tv_nsec;
}

static pcap_t *open_dead(int dlt, int snaplen) {
  static int last_dlt = -2, last_snaplen;
  static pcap_t *last;
  if (last && dlt == last_dlt && snaplen == last_snaplen) return last;
  if (last) pcap_close(last);
  char error[PCAP_ERRBUF_SIZE];
  last = dlt == -1 ? pcap_open_live("lo", snaplen, 0, 0, error) : pcap_open_dead(dlt, snaplen);
  last_dlt = dlt;
  last_snaplen = snaplen;
  return last;
}

static struct bpf_insn *parse_program(char *text, unsigned *count) {
  unsigned n = 0;
  for (char *c = text; *c; c++) n += *c == ';';
  struct bpf_insn *program = calloc(n + 1, sizeof *program);
  for (unsigned i = 0; i < n; i++) {
    program[i].code = strtoul(text, &text, 10);
    program[i].jt = strtoul(text + 1, &text, 10);
    program[i].jf = strtoul(text + 1, &text, 10);
    program[i].k = strtoul(text + 1, &text, 10);
    text++;
  }
  *count = n;
  return program;
}

static void print_program(const struct bpf_program *p) {
  fputs("ok\t", stdout);
  for (unsigned i = 0; i < p->bf_len; i++) {
    const struct bpf_insn *in = &p->bf_insns[i];
    printf("%u,%u,%u,%u;", in->code, in->jt, in->jf, in->k);
  }
  putchar('\n');
}

static int load(const struct packet *p, unsigned long long at, unsigned size, unsigned *out) {
  if (at + size > p->len) return 0;
  unsigned value = 0;
  for (unsigned i = 0; i < size; i++) value = value << 8 | p->data[at + i];
  *out = value;
  return 1;
}

/* A special load of Linux (packet type, interface) never fails; any small number of the packet's own will do. */
static int special(const struct packet *p, unsigned k, unsigned *out) {
  if (k < (unsigned)-0x1000) return 0; /* SKF_AD_OFF */
  *out = p->len ? p->data[k % p->len] % 6 : 0;
  return 1;
}

static char run(const struct bpf_insn *program, const struct packet *p) {
  unsigned a = 0, x = 0, mem[BPF_MEMWORDS] = {0}, written = 0;
  for (unsigned long steps = 0; steps < 1000000; steps++) {
    const struct bpf_insn *in = program++;
    unsigned k = in->k;
    switch (BPF_CLASS(in->code)) {
    case BPF_RET: return (BPF_RVAL(in->code) == BPF_A ? a : k) ? '1' : '0';
    case BPF_LD: {
      unsigned size = BPF_SIZE(in->code) == BPF_W ? 4 : BPF_SIZE(in->code) == BPF_H ? 2 : 1;
      switch (BPF_MODE(in->code)) {
      case BPF_IMM: a = k; break;
      case BPF_LEN: a = p->len; break;
      case BPF_MEM: if (!(written >> k & 1)) return 'w'; a = mem[k]; break;
      case BPF_ABS: if (!load(p, k, size, &a) && !special(p, k, &a)) return 'b'; break;
      case BPF_IND: if (!load(p, (unsigned long long)x + k, size, &a)) return 'b'; break;
      }
      break;
    }
    case BPF_LDX:
      switch (BPF_MODE(in->code)) {
      case BPF_IMM: x = k; break;
      case BPF_LEN: x = p->len; break;
      case BPF_MEM: if (!(written >> k & 1)) return 'w'; x = mem[k]; break;
      case BPF_MSH: if (!load(p, k, 1, &x)) return 'b'; x = (x & 15) << 2; break;
      }
      break;
    case BPF_ST: mem[k] = a; written |= 1u << k; break;
    case BPF_STX: mem[k] = x; written |= 1u << k; break;
    case BPF_JMP: {
      unsigned b = BPF_SRC(in->code) == BPF_X ? x : k;
      int taken = 0;
      switch (BPF_OP(in->code)) {
      case BPF_JA: program += (int)k; continue;
      case BPF_JEQ: taken = a == b; break;
      case BPF_JGT: taken = a > b; break;
      case BPF_JGE: taken = a >= b; break;
      case BPF_JSET: taken = (a & b) != 0; break;
      }
      program += taken ? in->jt : in->jf;
      break;
    }
    case BPF_ALU: {
      unsigned b = BPF_SRC(in->code) == BPF_X ? x : k;
      switch (BPF_OP(in->code)) {
      case BPF_ADD: a += b; break;
      case BPF_SUB: a -= b; break;
      case BPF_MUL: a *= b; break;
      case BPF_DIV: if (!b) return 'z'; a /= b; break;
      case BPF_MOD: if (!b) return 'z'; a %= b; break;
      case BPF_AND: a &= b; break;
      case BPF_OR: a |= b; break;
      case BPF_XOR: a ^= b; break;
      case BPF_LSH: a = b < 32 ? a << b : 0; break;
      case BPF_RSH: a = b < 32 ? a >> b : 0; break;
      case BPF_NEG: a = -a; break;
      }
      break;
    }
    case BPF_MISC:
      if (BPF_MISCOP(in->code) == BPF_TAX) x = a; else a = x;
      break;
    }
  }
  return 'l';
}

static void compile(char *fields, int timing) {
  int dlt = strtol(strsep(&fields, "\t"), 0, 10), snaplen = strtol(strsep(&fields, "\t"), 0, 10);
  int optimize = strtol(strsep(&fields, "\t"), 0, 10);
  unsigned netmask = strtoul(strsep(&fields, "\t"), 0, 16);
  pcap_t *handle = open_dead(dlt, snaplen);
  struct bpf_program program;
  if (!handle) { puts("err\tcannot open"); return; }
  if (pcap_compile(handle, &program, fields, optimize, netmask) < 0) {
    char *message = pcap_geterr(handle);
    for (char *c = message; *c; c++) if (*c == '\n') *c = ' ';
    printf("err\t%s\n", message);
    return;
  }
  if (!timing) print_program(&program);
  pcap_freecode(&program);
  if (!timing) return;
  enum { BATCHES = 12, BATCH = 5 };
  double best = 1e18;
  for (unsigned batch = 0, spent = 0; batch < BATCHES && spent < 50e6; batch++) {
    double start = now_ns();
    for (unsigned i = 0; i < BATCH; i++) {
      pcap_compile(handle, &program, fields, optimize, netmask);
      pcap_freecode(&program);
    }
    double elapsed = now_ns() - start;
    spent += elapsed;
    if (elapsed < best) best = elapsed;
  }
  printf("ok\t%.0f\n", best / BATCH);
}

static void add_packet(const char *hex) {
  puts("ok");
  if (*hex == '-') {
    for (size_t i = 0; i < packet_count; i++) free(packets[i].data);
    packet_count = 0;
    return;
  }
  if (packet_count == packet_capacity) {
    packet_capacity = packet_capacity ? packet_capacity * 2 : 256;
    packets = realloc(packets, packet_capacity * sizeof *packets);
  }
  struct packet *p = &packets[packet_count++];
  p->len = strlen(hex) / 2;
  p->data = malloc(p->len + 1);
  for (unsigned i = 0; i < p->len; i++) {
    unsigned byte;
    sscanf(hex + 2 * i, "%2x", &byte);
    p->data[i] = byte;
  }
}

static void list_link_types(void) {
  fputs("ok\t", stdout);
  for (int dlt = 0; dlt < 400; dlt++) {
    const char *name = pcap_datalink_val_to_name(dlt);
    if (name) printf("%d %s %s;", dlt, name, pcap_datalink_val_to_description(dlt));
  }
  putchar('\n');
}

int main(void) {
  static char output[1 << 20];
  setvbuf(stdout, output, _IOFBF, sizeof output);
  char *line = 0;
  size_t capacity = 0;
  ssize_t length;
  while ((length = getline(&line, &capacity, stdin)) > 0) {
    if (line[length - 1] == '\n') line[length - 1] = 0;
    char *rest = line[1] ? line + 2 : line + 1;
    unsigned count;
    struct bpf_insn *program;
    switch (line[0]) {
    case 'c': compile(rest, 0); break;
    case 't': compile(rest, 1); break;
    case 'p': add_packet(rest); break;
    case 'l': list_link_types(); break;
    case 'f': fflush(stdout); break;
    case 'x':
      program = parse_program(rest, &count);
      fputs("ok\t", stdout);
      for (size_t i = 0; i < packet_count; i++) putchar(run(program, &packets[i]));
      putchar('\n');
      free(program);
      break;
    case 's': {
      program = parse_program(rest, &count);
      unsigned rounds = 0, sum = 0;
      double start = now_ns(), elapsed;
      do {
        for (size_t i = 0; i < packet_count; i++) sum += bpf_filter(program, packets[i].data, packets[i].len, packets[i].len);
        rounds++;
        elapsed = now_ns() - start;
      } while (elapsed < 200e6);
      printf("ok\t%.3f\t%u\n", elapsed / rounds / (packet_count ? packet_count : 1), sum != 0);
      free(program);
      break;
    }
    default: puts("err\tunknown request");
    }
  }
  return 0;
}
