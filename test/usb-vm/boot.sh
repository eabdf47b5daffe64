#!/bin/bash
# boot.sh CACHE JOB: boots Debian's own kernel under QEMU with this computer's files (read-only, changes are kept in
# memory) and runs JOB in it as root, its output on stdout. CACHE keeps kernel and initial RAM disk.
set -euo pipefail
cache=$1 job=$2
mkdir -p "$cache"
package=$(apt-cache depends linux-image-amd64 | awk '/Depends: linux-image-[0-9]/ { print $2; exit }')
release=${package#linux-image-}
if [ ! -e "$cache/$release/ready" ]; then
  rm -rf "$cache/$release" && mkdir -p "$cache/$release" && cd "$cache/$release"
  apt-get download -q "$package" >&2
  dpkg-deb -x ./*.deb . && rm ./*.deb
  depmod -b . "$release"
  touch ready
fi
cd "$cache/$release"

# Only what is needed to reach the files of this computer; everything else is loaded from there.
rm -rf ram && mkdir -p ram/bin ram/proc ram/sys ram/dev ram/modules ram/lower ram/upper ram/system
cp "$(command -v busybox)" ram/bin/busybox
for module in virtio_pci 9pnet_virtio 9p overlay; do
  modprobe -d . -S "$release" --show-depends "$module" | awk '/^insmod/ { print $2 }'
done | awk '!seen[$0]++' | while read -r file; do
  cp "$file" ram/modules/ && basename "$file" >> ram/order
done
cat > ram/init <<INIT
#!/bin/busybox sh
b=/bin/busybox
\$b mount -t proc proc /proc; \$b mount -t sysfs sys /sys; \$b mount -t devtmpfs dev /dev
while read module; do \$b insmod /modules/\$module; done < /order
\$b mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000,ro,cache=loose host /lower || exec \$b poweroff -f
\$b mount -t tmpfs -o size=1g memory /upper; \$b mkdir -p /upper/changes /upper/work
\$b mount -t overlay -o lowerdir=/lower,upperdir=/upper/changes,workdir=/upper/work overlay /system
for folder in dev proc sys; do \$b mount --move /\$folder /system/\$folder; done
exec \$b switch_root /system /bin/bash "$(dirname "$job")/guest.sh" "$PWD" "$job"
INIT
chmod +x ram/init
(cd ram && find . | busybox cpio -o -H newc 2>/dev/null | gzip -1 > ../initrd.gz)

# Emulated: hardware virtualisation is not to be had everywhere, and half a minute more is not worth the difference.
exec timeout 600 qemu-system-x86_64 -machine q35,accel=tcg -cpu max -m 2048 -smp 2 \
  -nographic -nodefaults -no-reboot -serial stdio -monitor none -nic none \
  -kernel "boot/vmlinuz-$release" -initrd initrd.gz -append 'console=ttyS0 quiet loglevel=3 panic=1' \
  -virtfs local,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap < /dev/null
