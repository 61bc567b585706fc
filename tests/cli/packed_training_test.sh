#!/bin/bash
# Training from a packed set is training from its images, to the last bit: the images have the size of the crops, so packing
# changes no pixel. Needs VKPCL_BINARY and a Vulkan device.
set -eu
vkpcl=${VKPCL_BINARY:?the program to test}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
for person in 1 2 3 4 5 6 7 8; do # patterns will do
    mkdir -p "people/$person/clip"
    for frame in 1 2 3; do
        { printf 'P6 64 64 255\n'; yes "$person $frame pattern" | head -c 12288; } >"people/$person/clip/$frame.ppm"
    done
done
"$vkpcl" pack people set --size 64 >/dev/null
settings=(--preset tiny --width 0.0625 --batch 4 --set data.pose_batch=2 --set data.pose_negatives=2 --set log.every=1)
train() { "$vkpcl" pretrain "$1" "${settings[@]}" --out "$2" "${@:3}" >"$2.txt" 2>&1 || { cat "$2.txt"; exit 1; }; }
train people from-files --iterations 3
train set from-set --iterations 3
mkdir alone && cp set/images.npy alone/faces.npy
train alone/faces.npy from-array --iterations 3 # no identities here: another order
grep -q 'packed, 24 images, 8 items' from-set.txt || { cat from-set.txt; exit 1; }
losses() { cut -f 1-15 "$1/log.tsv"; }
if ! cmp <(losses from-files) <(losses from-set); then losses from-files; losses from-set; exit 1; fi
[ "$(losses from-set | wc -l)" -eq 4 ]
if cmp -s <(losses from-set) <(losses from-array); then echo "the array alone has the identities' order"; exit 1; fi
# Resuming knows the set again, and refuses another one.
train set from-set --iterations 4 --resume
if "$vkpcl" pretrain people "${settings[@]}" --out from-set --iterations 5 --resume >other.txt 2>&1; then
    echo "resumed on other data"; exit 1
fi
echo "losses agree to the last digit"
