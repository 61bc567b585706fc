#!/bin/bash
# vkpcl pack and vkpcl data: killed at any moment and given again, a full disk, wrong inputs. Needs VKPCL_BINARY; no device.
set -u
vkpcl=${VKPCL_BINARY:?the program to test}
work=$(mktemp -d)
trap 'mountpoint -q "$work/small" && umount "$work/small"; rm -rf "$work"' EXIT
cd "$work" || exit 1
failures=0 tried=0

fail() {
    failures=$((failures + 1))
    printf '%s\n' "$*"
}

# expect CODE 'PART OF THE SENTENCE' arguments...
expect() {
    local code=$1 sentence=$2 output got
    shift 2
    output=$("$vkpcl" "$@" 2>&1)
    got=$?
    tried=$((tried + 1))
    if [ "$got" -ne "$code" ] || ! grep -qF -- "$sentence" <<<"$output"; then
        fail "vkpcl $*
  expected exit $code and \"$sentence\"
  got exit $got:
$output"
    fi
    # One sentence: failures print a single line.
    if [ "$code" -ne 0 ] && [ "$(grep -c '^vkpcl' <<<"$output")" -ne 1 ]; then fail "vkpcl $*: not one sentence: $output"; fi
}

# Patterns will do: 12 people, 8 frames each.
for person in $(seq -w 1 12); do
    mkdir -p "people/person_$person/clip"
    for frame in 1 2 3 4 5 6 7 8; do
        { printf 'P6 64 64 255\n'; yes "$person $frame pattern" | head -c 12288; } >"people/person_$person/clip/$frame.ppm"
    done
done
# More images than one piece of work holds, without drawing them all.
mkdir -p many
for i in $(seq 1 12); do cp -r people "many/set$i"; done
echo "this is a text" >many/set3/text.jpg

# ---- killed, and given again --------------------------------------------------------------------------------------
"$vkpcl" pack many whole --size 96 >/dev/null || fail "pack"
for delay in 0.02 0.1 0.2 0.3 0.5 0.8; do
    "$vkpcl" pack many killed --size 96 --threads 1 >/dev/null 2>&1 &
    pid=$!
    sleep "$delay"
    kill -9 "$pid" 2>/dev/null
    wait "$pid" 2>/dev/null
    [ -e killed/index.npz ] || interrupted=yes
done
[ "${interrupted:-no}" = yes ] || fail "no run was killed before its end"
expect 0 '1152 images of 96 x 96' pack many killed --size 96
for file in images.npy labels.csv index.npz broken.txt; do
    cmp -s "whole/$file" "killed/$file" || fail "$file differs after kills"
done
[ "$(find killed -type f | wc -l)" -eq 4 ] || fail "killed holds more than the set: $(ls killed)"
expect 0 'an earlier run had done 1153 images' pack many killed --size 96
grep -q 'set3/text.jpg: ' whole/broken.txt || fail "broken.txt does not list text.jpg"

# ---- what is written is what others read --------------------------------------------------------------------------
if /usr/bin/python3 -c 'import numpy' 2>/dev/null; then
    tried=$((tried + 1))
    /usr/bin/python3 -B - <<'PY' || fail "numpy does not read the set"
import csv, numpy
a = numpy.load("whole/images.npy", mmap_mode="r")
assert a.shape == (1152, 96, 96, 3) and a.dtype == numpy.uint8 and a.flags.c_contiguous, a.shape
rows = list(csv.DictReader(open("whole/labels.csv")))
assert len(rows) == 1152 and rows[0]["path"].startswith("set1/"), rows[0]
assert rows[1151]["identity"] == "set9", rows[1151]
index = numpy.load("whole/index.npz")
assert index["video"].sum() == 1152 and index["identity"].sum() == len(index["video"])
PY
fi

# ---- a look at it ---------------------------------------------------------------------------------------------------
expect 0 'identity tree, 1153 images of 12 identities' data many --all --sheet sheet.png
expect 0 'set3/text.jpg' data many --all
expect 0 'packed identity tree, 1152 images of 12 identities' data whole
[ -s sheet.png ] || fail "no sheet"

# ---- a full disk ----------------------------------------------------------------------------------------------------
# Late: a limit on the size of files, which looks the same to the program.
output=$(trap '' XFSZ; ulimit -f 12000; "$vkpcl" pack many full --size 96 --threads 1 2>&1)
[ $? -eq 1 ] || fail "a full disk is no failure"
grep -qF 'full/images.npy.tmp: disk full; 256 images are safe' <<<"$output" || fail "a full disk gets: $output"
expect 0 '1152 images' pack many full --size 96
cmp -s whole/images.npy full/images.npy || fail "images.npy differs after a full disk"
mkdir small
if mount -t tmpfs -o size=2m tmpfs small 2>/dev/null; then # early, not after hours
    expect 1 'disk full before the end' pack many small/out --size 96
    expect 0 '96 images' pack people small/out --size 32
    umount small
fi

# ---- wrong inputs ---------------------------------------------------------------------------------------------------
mkdir empty texts
for i in 1 2 3; do echo "not an image" >"texts/$i.jpg"; done
expect 2 'OUT is missing' pack
expect 1 'there is no folder or list file nowhere' pack nowhere out
expect 2 'holds no images' pack empty out
expect 1 'none of the 3 images could be packed; the first: cannot decode texts/1.jpg' pack texts out
[ ! -e out/images.npy.tmp ] && [ ! -e out/images.npy ] || fail "a set of nothing was left behind"
expect 2 'whole is packed already' pack whole again
expect 2 'a crop of 5000 pixels' pack people out --size 5000
expect 2 'holds a packed set of other images or another recipe already' pack people whole
expect 1 'cannot create the folder sheet.png' pack people sheet.png/out
expect 2 'did you mean --landmarks' pack people out --landmark x.csv

printf 'path,x0,y0,x1,y1\nelsewhere/9.ppm,1,2,3,4\n' >strangers.csv
expect 2 'strangers.csv names none of the 96 images' pack people out --boxes strangers.csv
printf 'path,x0,y0,x1,y1\nperson_01/clip/1.ppm,8,8,40,40\nelsewhere/9.ppm,1,2,3,4\n' >some.csv
expect 0 'there is no image elsewhere/9.ppm' pack people some --boxes some.csv
expect 1 'strangers.csv:1: expected columns x0,y0,x1,y1,... of 5 or 68 points, found 2 points' pack people out --landmarks strangers.csv
expect 1 'cannot open gone.csv' pack people out --landmarks gone.csv
printf 'path,x0,y0,x1,y1\nperson_01/clip/1.ppm,8,8,40\n' >short.csv
expect 1 'short.csv:2: expected a coordinate as a number' pack people out --boxes short.csv
printf 'file,expression\nq.png,sad\n' >others.csv
expect 2 'others.csv labels none of the 96 images' pack people out --labels others.csv
printf 'expression,mood\nsad,3\n' >nameless.csv
expect 1 'nameless.csv:1: expected a header with a column path' pack people out --labels nameless.csv

echo "once upon a time" >prose.txt
expect 2 'prose.txt fits none of the label formats' data people --labels prose.txt
printf 'file,yaw\nperson_01/clip/1.ppm,left\n' >angles.csv
expect 1 'angles.csv:2: expected yaw as a number, found "left"' data people --labels angles.csv
expect 2 'has no column "mood"' data people --labels angles.csv --columns category=mood
printf 'file,yaw\nperson_01/clip/1.ppm,12\ngone.png,3\n' >angles.csv
expect 0 'problem: 1 labels name images that do not exist; the first: people/gone.png' data people --labels angles.csv --root people
expect 1 'there is no folder or list file nowhere' data nowhere
expect 2 'holds no images' data empty
expect 0 'problem: cannot decode texts/1.jpg' data texts

# ---- what pretrain says -------------------------------------------------------------------------------------------------
cp -r full cut
truncate -s 5000 cut/images.npy
expect 1 'cut/images.npy: truncated' pretrain cut --preset tiny --out run
expect 1 'cut/images.npy: truncated' data cut
mkdir unfinished
touch unfinished/pack.progress
expect 2 'the packed set unfinished is not finished' pretrain unfinished --preset tiny --out run

echo "$((tried - failures)) of $tried as expected"
[ "$failures" -eq 0 ]
