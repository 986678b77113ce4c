#!/bin/sh
# The parcel holds every present once, in order.
set -eu
sh build.sh
test "$(head -n 1 out/parcel.txt)" = "apples"
test "$(wc -l < out/parcel.txt | tr -d ' ')" = "4"
echo "ok: 2 checks"
