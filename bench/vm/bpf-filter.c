// libpcap's interpreter on one packet: filter expression, packet in hexadecimal; prints its result and nanoseconds per call.
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e9 + t.tv_nsec;
}

int main(int count, char **arguments) {
  if (count != 3) return 2;
  static u_char packet[2048];
  size_t length = strlen(arguments[2]) / 2;
  for (size_t i = 0; i < length; i++) sscanf(arguments[2] + 2 * i, "%2hhx", &packet[i]);
  struct bpf_program program;
  pcap_t *handle = pcap_open_dead(DLT_EN10MB, 262144);
  if (pcap_compile(handle, &program, arguments[1], 1, PCAP_NETMASK_UNKNOWN) != 0) return 1;
  unsigned result = 0;
  double best = 1e18;
  for (int round = 0; round < 200; round++) {
    double start = now();
    for (int run = 0; run < 20000; run++) result = bpf_filter(program.bf_insns, packet, length, length);
    double time = (now() - start) / 20000;
    if (time < best) best = time;
  }
  printf("%u %f\n", result, best);
}
