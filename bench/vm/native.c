// Runs the programs natively as often as the argument says: prints name, checksum and nanoseconds per run of each.
#include "programs.c"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const struct {
  const char *name;
  int (*run)(struct packet *);
} programs[] = {
#define ENTRY(name) {#name, name}
    ENTRY(sieve), ENTRY(log2_loop), ENTRY(copy_loop), ENTRY(compare_strings), ENTRY(switch_machine), ENTRY(siphash),
    ENTRY(sha256_blocks), ENTRY(packet_checksum), ENTRY(parse_tuple), ENTRY(fibonacci_calls), ENTRY(search_string),
    ENTRY(matrix),
};

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e9 + t.tv_nsec;
}

int main(int count, char **arguments) {
  if (count != 2) return 2;
  static u8 data[1500];
  for (int i = 0; i < 1500; i++) data[i] = i * 7;
  data[12] = 8, data[13] = 0, data[14] = 0x45, data[23] = 6;
  struct packet packet = {data, data + sizeof data};
  int repeat = atoi(arguments[1]);
  prepare(&packet);
  for (unsigned i = 0; i < sizeof programs / sizeof *programs; i++) {
    unsigned result = 0;
    double best = 1e18;
    for (int round = 0; round < 5; round++) {
      double start = now();
      for (int run = 0; run < repeat; run++) result = programs[i].run(&packet);
      double time = (now() - start) / repeat;
      if (time < best) best = time;
    }
    printf("%s %u %f\n", programs[i].name, result, best);
  }
}
