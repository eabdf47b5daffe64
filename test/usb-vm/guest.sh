#!/bin/bash
# guest.sh KERNEL JOB: the first program of the guest. Loads what makes USB hardware up and runs JOB.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/run TERM=dumb
mount -t tmpfs run /run
mkdir -p /dev/shm && mount -t tmpfs memory /dev/shm
mkdir -p /lib/modules && mount -t tmpfs memory /lib/modules && ln -s "$1"/lib/modules/* /lib/modules/
ip link set lo up 2>/dev/null
modprobe configfs && mount -t configfs none /sys/kernel/config
modprobe libcomposite && modprobe dummy_hcd num=4 && modprobe usb_f_acm
mkdir -p /run/udev && /lib/systemd/systemd-udevd --daemon 2>/dev/null
bash "$2"
echo "guest: ended with $?"
sync
echo o > /proc/sysrq-trigger
read -r -t 10 < /dev/console
