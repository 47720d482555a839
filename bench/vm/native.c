// Runs the programs natively: prints name, checksum and nanoseconds per run of each name given after the repeat count.
#include "programs.c"
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e9 + t.tv_nsec;
}

int main(int count, char **names) {
  static u8 data[1500];
  for (int i = 0; i < 1500; i++) data[i] = i * 7;
  data[12] = 8, data[13] = 0, data[14] = 0x45, data[23] = 6;
  struct packet packet = {data, data + sizeof data};
  int repeat = atoi(names[1]);
  prepare(&packet);
  for (int i = 2; i < count; i++) {
    int (*program)(struct packet *) = (int (*)(struct packet *))dlsym(RTLD_DEFAULT, names[i]);
    if (!program) continue;
    unsigned result = 0;
    double best = 1e18;
    for (int round = 0; round < 5; round++) {
      double start = now();
      for (int run = 0; run < repeat; run++) result = program(&packet);
      double time = (now() - start) / repeat;
      if (time < best) best = time;
    }
    printf("%s %u %f\n", names[i], result, best);
  }
}
