// SPDX-License-Identifier: MIT
// Reads a pinned ring buffer with libbpf for so many seconds and prints how many records came.
// usage: consumer MAP SECONDS
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static unsigned long long count, sum;

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

static int on_record(void *context, void *data, size_t size)
{
	count++;
	sum += *(unsigned long long *)data;
	return 0;
}

int main(int argc, char **argv)
{
	struct ring_buffer *ring = ring_buffer__new(bpf_obj_get(argv[1]), on_record, NULL, NULL);
	double seconds = atof(argv[2]), start;

	if (!ring) {
		perror(argv[1]);
		return 1;
	}
	while (count == 0)
		ring_buffer__poll(ring, 100);
	count = 0;
	start = now();
	while (now() - start < seconds)
		ring_buffer__poll(ring, 100);
	printf("%.0f\n", count / (now() - start));
	return sum == 0;
}
