// SPDX-License-Identifier: MIT
// Runs a pinned program by BPF_PROG_TEST_RUN for so many seconds: as fast as it goes, or paced in records per second.
// usage: producer PROGRAM SECONDS [RECORDS-PER-SECOND]
#include <bpf/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define BATCH 64

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	char packet[64] = {};
	int fd = bpf_obj_get(argv[1]);
	double seconds = atof(argv[2]), rate = argc > 3 ? atof(argv[3]) : 0, start = now();
	double sent = 0;

	if (fd < 0) {
		perror(argv[1]);
		return 1;
	}
	while (now() - start < seconds) {
		LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = packet, .data_size_in = sizeof(packet), .repeat = 1000);

		if (rate > 0) {
			int due = ((now() - start) * rate - sent) / BATCH;
			struct timespec pause = { .tv_nsec = 500000 };

			if (due <= 0) {
				nanosleep(&pause, NULL);
				continue;
			}
			options.repeat = due;
			sent += (double)due * BATCH;
		}
		if (bpf_prog_test_run_opts(fd, &options)) {
			perror("test run");
			return 1;
		}
	}
	return 0;
}
