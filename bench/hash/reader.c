// SPDX-License-Identifier: MIT
// Reads every entry of a pinned hash map in batches with libbpf and prints the median time in milliseconds.
// usage: reader MAP ENTRIES RUNS
#include <bpf/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static int by_value(const void *a, const void *b)
{
	return *(double *)a < *(double *)b ? -1 : 1;
}

static double now_ms(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1e3 + time.tv_nsec / 1e6;
}

int main(int argc, char **argv)
{
	int fd = bpf_obj_get(argv[1]), entries = atoi(argv[2]), runs = atoi(argv[3]);
	unsigned *keys = calloc(entries, sizeof(*keys));
	unsigned long long *values = calloc(entries, sizeof(*values)), sum = 0;
	double *times = calloc(runs, sizeof(*times));

	for (int run = 0; run < runs; run++) {
		double start = now_ms();
		unsigned batch = 0, total = 0, count;
		void *in = NULL;
		int error;

		do {
			count = entries - total < 4096 ? entries - total : 4096;
			if (count == 0)
				break;
			error = bpf_map_lookup_batch(fd, in, &batch, keys + total, values + total, &count, NULL);
			total += count;
			in = &batch;
		} while (!error);
		for (unsigned i = 0; i < total; i++)
			sum += values[i];
		times[run] = now_ms() - start;
		if (total != (unsigned)entries)
			fprintf(stderr, "read %u of %d entries\n", total, entries);
	}
	qsort(times, runs, sizeof(*times), by_value);
	printf("%.3f\n", times[runs / 2]);
	return sum == 0;
}
