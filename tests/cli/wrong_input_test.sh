#!/bin/bash
# What wrong input gets: one clear sentence, the right exit code, nothing lost. Needs VKPCL_BINARY and a Vulkan device.
set -u
vkpcl=${VKPCL_BINARY:?the program to test}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failures=0 tried=0

# expect CODE 'PART OF THE SENTENCE' arguments...
expect() {
    local code=$1 sentence=$2 output got
    shift 2
    output=$("$vkpcl" "$@" 2>&1)
    got=$?
    tried=$((tried + 1))
    if [ "$got" -ne "$code" ] || ! grep -qF -- "$sentence" <<<"$output"; then
        failures=$((failures + 1))
        printf 'vkpcl %s\n  expected exit %s and "%s"\n  got exit %s:\n%s\n' "$*" "$code" "$sentence" "$got" "$output"
    fi
}

small=(--preset tiny --width 0.0625 --batch 4 --set data.pose_batch=2 --set data.pose_negatives=2 --set log.every=1)
"$vkpcl" synth people --images 12 --identities 4 --size 64 --seed 1 >/dev/null || exit 1
mkdir empty texts
for i in $(seq 30); do echo "not an image" >"texts/$i.jpg"; done

expect 2 'did you mean "pretrain"' pretrian
expect 2 'did you mean --preset' pretrain --prset tiny people
expect 2 '"texl" to disable is neither a capability' devices --disable texl
expect 2 'no other can stand in for it' bench ops act --disable act_fwd.v4,act_fwd.texel --no-tune --batch 1 --width 0.25
expect 0 'images through the networks at once' bench step "${small[@]:0:6}" --no-tune --repeats 1 --memory-limit 10
expect 2 '--batch wants a whole number' pretrain people --batch many
expect 2 'no images given' pretrain
expect 1 '/nowhere' pretrain /nowhere/at/all
expect 2 'holds no images' pretrain empty
expect 1 'no device matches "Voodoo"' pretrain people --device Voodoo
expect 2 'did you mean data.batch' pretrain people --set data.batsh=3
expect 2 'power of two' pretrain people "${small[@]}" --set model.size=48 --out never
expect 2 'optimizer.loss_scale must be a power of two, found 1000' pretrain people "${small[@]}" --set optimizer.loss_scale=1000 --out never
expect 2 'more than 32 pieces' pretrain people "${small[@]}" --set data.pose_negatives=100 --set train.micro_batch=1 --out never
expect 1 'needs at least' pretrain people "${small[@]}" --memory-limit 3 --out never
[ ! -e never ] || { echo 'refused settings left a folder behind'; failures=$((failures + 1)); }
VK_ICD_FILENAMES=$work/none.json VK_DRIVER_FILES=$work/none.json expect 1 'no Vulkan device' devices

expect 1 '/nowhere.txt' tune --import /nowhere.txt
expect 1 'is no tuning file' tune --import texts/1.jpg
expect 2 'none of ops, step and peak' bench oops
expect 1 '/nowhere.json' bench peak --repeats 1 --compare /nowhere.json
expect 2 'has "nothing" in its name' bench ops nothing --repeats 1

echo 'data.batch: many' >wrong.yaml
expect 1 'wrong.yaml:1: data.batch: expected a whole number' pretrain people --config wrong.yaml
echo 'data.batsh: 3' >typo.yaml
expect 0 'typo.yaml:1' pretrain people "${small[@]}" --config typo.yaml --iterations 2 --out run
expect 2 'holds a run already' pretrain people "${small[@]}" --out run
expect 1 'folder none' pretrain people "${small[@]}" --resume --out none
expect 1 'more than data.max_broken' pretrain texts "${small[@]}" --out broken

# A damaged newest checkpoint is named, and nothing is deleted.
checkpoint=run/checkpoint-00000002.safetensors
truncate -s 5000 "$checkpoint"
expect 1 "$checkpoint" pretrain people --resume --iterations 3 --out run
[ "$(stat -c %s "$checkpoint")" -eq 5000 ] || { echo "the damaged checkpoint was touched"; failures=$((failures + 1)); }

# A few broken images among good ones are skipped and listed.
cp -r people mixed
echo "not an image" >mixed/identity_00001/broken.png
expect 0 'model:' pretrain mixed "${small[@]}" --set data.layout=folder --set data.max_broken=0.5 --iterations 4 --out mixed-run
grep -q 'broken.png: ' mixed-run/broken.txt || { echo "broken.txt does not list broken.png"; failures=$((failures + 1)); }

# Synthetic faces: wrong numbers, a folder in use, no device, no room; nothing is left behind.
expect 2 'no folder given' synth
expect 2 '0 identities: expected at least one' synth unborn --identities 0
expect 2 '3 images of 4 identities' synth unborn --identities 4 --images 3
expect 2 '--size 7: expected 16 to 1024' synth unborn --size 7
expect 2 '--nuisance -1: expected 0 to 1' synth unborn --nuisance -1
expect 2 '--rows 0: expected 1 to 1000' synth --sheet unborn.png --rows 0
expect 2 'people holds something already' synth people
expect 2 'did you mean --identities' synth unborn --identitys 4
expect 1 'cannot create the folder typo.yaml' synth typo.yaml/set --identities 1 --images 1 --size 16
VK_ICD_FILENAMES=$work/none.json VK_DRIVER_FILES=$work/none.json expect 1 'no Vulkan device' synth unborn
mkdir disk
if mount -t tmpfs -o size=32k none disk 2>/dev/null; then # where mounting is allowed: a disk with room for nothing
    expect 1 'cannot write disk/set/images.npy: disk full' synth disk/set --packed --identities 2 --images 8 --size 64
    expect 1 'disk full' synth disk/set --identities 2 --images 8 --size 64
    [ ! -e disk/set ] || { echo "a set without room was left behind"; failures=$((failures + 1)); }
    umount disk
else
    echo "not tried: a full disk (mounting is not allowed here)"
fi
for left in unborn unborn.png; do
    [ ! -e "$left" ] || { echo "$left was left behind"; failures=$((failures + 1)); }
done

echo "$((tried - failures)) of $tried as expected"
[ "$failures" -eq 0 ]
