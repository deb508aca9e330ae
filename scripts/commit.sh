#!/usr/bin/env bash
# Prints the commit that is checked out: 0123456789ab, 0123456789ab-dirty where files under version
# control have been changed, or nothing where there is none.
cd "$(dirname "$0")/.." || exit
commit=$(git rev-parse --short=12 HEAD 2>/dev/null) || exit 0
[ -z "$(git status --porcelain --untracked-files=no 2>/dev/null)" ] || commit+=-dirty
echo "$commit"
