#!/bin/sh
# tools/check_layers must accept a clean tree and name every offence of a dirty one.
# Usage: check_layers_test.sh PATH-OF-check_layers
set -u
check=$1
tree=$(mktemp -d) || exit 2
trap 'rm -rf "$tree"' EXIT
mkdir -p "$tree/src/base" "$tree/src/gpu" "$tree/src/ops" "$tree/src/odd" "$tree/include/vkpcl" "$tree/shaders/io"

printf '#include "vkpcl/status.h"\n#include <stdio.h>\n' >"$tree/src/base/clean.c"
printf '#include "base/x.h"\n#include <volk.h>\n' >"$tree/src/gpu/clean.c"
printf '#include "gpu/x.h"\n#include "io/io_args.h"\n' >"$tree/src/ops/clean.c"
: >"$tree/shaders/io/io_args.h"
: >"$tree/include/vkpcl/status.h"
rmdir "$tree/src/odd"
out=$("$check" "$tree") || { echo "a clean tree was refused: $out"; exit 1; }

mkdir "$tree/src/odd"
printf '\n#include "ops/conv.h"\n' >"$tree/src/base/upward.c"
printf '#include "../train/loop.h"\n' >"$tree/src/ops/relative.c"
printf '# include <vulkan/vulkan.h>\n' >"$tree/src/ops/vulkan.c"
printf '#include "volk.h"\n' >"$tree/src/base/loader.h"
printf 'struct vp_a { VkBuffer b; };\n#include "gpu/memory.h"\n' >"$tree/include/vkpcl/leak.h"
printf 'int x;\n' >"$tree/src/odd/unlisted.c"
out=$("$check" "$tree") && { echo "a dirty tree was accepted"; exit 1; }
failed=0
for at in src/base/upward.c:2 src/ops/relative.c:1 src/ops/vulkan.c:1 src/base/loader.h:1 include/vkpcl/leak.h:1 \
    include/vkpcl/leak.h:2 src/odd/unlisted.c:1; do
    case $out in *"$at: "*) ;; *) echo "not reported: $at"; failed=1 ;; esac
done
case $out in *clean.c*) echo "a clean file was reported"; failed=1 ;; esac
[ $failed = 0 ] || printf 'the report was:\n%s\n' "$out"
exit $failed
