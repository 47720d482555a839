// libpcap's bpf_filter over a pcap file in memory: usage: bpf-filter FILE ROUNDS < expressions. Prints matches and ns per packet, the
// best of so many rounds; for an empty line, what walking from packet to packet takes alone. Small files are walked over and over.
#include <pcap/pcap.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1e9 + time.tv_nsec;
}

enum { least_packets = 2000 };

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  FILE *file = fopen(argv[1], "rb");
  if (!file) return perror(argv[1]), 1;
  fseek(file, 0, SEEK_END);
  long size = ftell(file);
  rewind(file);
  unsigned char *bytes = malloc(size);
  if (fread(bytes, 1, size, file) != (size_t)size) return 1;
  pcap_t *pcap = pcap_open_dead(DLT_EN10MB, 262144);
  static char line[1 << 16];
  while (fgets(line, sizeof line, stdin)) {
    line[strcspn(line, "\n")] = 0;
    struct bpf_program program;
    if (pcap_compile(pcap, &program, line, 1, 0xffffff00) < 0) return fprintf(stderr, "%s\n", pcap_geterr(pcap)), 1;
    double best = 1e18;
    long packets = 0, matches = 0;
    for (int round = atoi(argv[2]); round > 0; round--) {
      packets = 0;
      double start = now();
      do {
        matches = 0;
        for (long at = 24; at + 16 <= size;) {
          uint32_t captured, length;
          memcpy(&captured, bytes + at + 8, 4);
          memcpy(&length, bytes + at + 12, 4);
          if (!*line || bpf_filter(program.bf_insns, bytes + at + 16, length, captured)) matches++;
          packets++;
          at += 16 + captured;
        }
      } while (packets < least_packets);
      double time = (now() - start) / packets;
      if (time < best) best = time;
    }
    printf("%ld %f\n", matches, best);
    pcap_freecode(&program);
  }
  return 0;
}
