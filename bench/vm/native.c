// Runs programs natively: for each line "name count" on its input, prints the checksum and nanoseconds per run.
#include "programs.c"
#include <stdio.h>
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

int main(void) {
  static u8 data[1500];
  for (int i = 0; i < 1500; i++) data[i] = i * 7;
  data[12] = 8, data[13] = 0, data[14] = 0x45, data[23] = 6;
  struct packet packet = {data, data + sizeof data};
  prepare(&packet);
  char name[64];
  int count;
  while (scanf("%63s %d", name, &count) == 2) {
    for (unsigned i = 0; i < sizeof programs / sizeof *programs; i++) {
      if (strcmp(programs[i].name, name) != 0) continue;
      unsigned result = 0;
      double start = now();
      for (int run = 0; run < count; run++) result = programs[i].run(&packet);
      printf("%u %f\n", result, (now() - start) / count);
      fflush(stdout);
    }
  }
}
