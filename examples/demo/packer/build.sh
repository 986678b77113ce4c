#!/bin/sh
# Packs the list of presents into one parcel.
set -eu
mkdir -p out
echo "packing $(wc -l < presents.txt | tr -d ' ') presents"
sort presents.txt > out/parcel.txt
echo "wrote out/parcel.txt"
