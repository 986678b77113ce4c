#!/bin/sh
# Sweeps empty files out of a folder. Two words are not quoted on purpose: shellcheck sees what a space would do to them.
folder=$1
for file in $folder/*; do
  [ -s "$file" ] || rm -- $file
done
