#!/bin/sh
# A stand-in for the upgrade of an operating system. UPGRADE_SECONDS: how long it takes. FAIL_ON_NODE, or a line in
# /etc/baton-fail of the image or of the host (mounted at /host): nodes on which it fails.
set -u
node=${BATON_NODE:-${NODE_NAME:-unknown}}
version=${UPGRADE_VERSION:-unknown}
seconds=${UPGRADE_SECONDS:-5}

echo "upgrading $node to $version"
i=0
while [ "$i" -lt "$seconds" ]; do
  sleep 1
  i=$((i + 1))
  echo "$node: $i of $seconds s"
done

failing=$(cat /etc/baton-fail /host/etc/baton-fail 2>/dev/null | tr '\n' ' ')
case " $failing ${FAIL_ON_NODE:-} " in
*" $node "*)
  echo "the upgrade of $node failed: no space left on /boot" | tee /dev/termination-log >&2
  exit 1
  ;;
esac

if [ -d /host/etc ]; then echo "$version" > /host/etc/upgraded-version; fi
echo "upgraded $node to $version" | tee /dev/termination-log
