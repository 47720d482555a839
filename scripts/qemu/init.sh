#!/bin/busybox sh
# First process of the virtual machine: mounts what BPF needs, loads modules, runs the tests, powers off.
. /settings.sh
/bin/busybox --install -s /bin
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TSBPF_QEMU=1 TSBPF_PORT=/dev/vport0p1
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
mkdir -p /dev/pts /dev/shm /tmp /run /root
mount -t devpts devpts /dev/pts
mount -t tmpfs tmpfs /tmp
mount -t tmpfs tmpfs /run
ln -s /run /var/run # where ip(8) keeps network namespaces
mount -t tmpfs tmpfs /dev/shm
mount -t securityfs securityfs /sys/kernel/security 2>/dev/null
mount -t tracefs tracefs /sys/kernel/tracing
mount -t debugfs debugfs /sys/kernel/debug
mount -t bpf bpf /sys/fs/bpf
mount -t cgroup2 cgroup2 /sys/fs/cgroup
while read -r module; do insmod "$module" || echo "insmod $module failed"; done </modules.list
ip link set lo up
ulimit -n 65536
ulimit -l unlimited
stty -F /dev/ttyS1 raw -echo 2>/dev/null
cd /app
if [ -n "$TSBPF_SHELL" ]; then setsid cttyhack sh; else node /app/guest-main.mjs; fi
sync
poweroff -f
