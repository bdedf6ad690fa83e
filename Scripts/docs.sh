#!/usr/bin/env bash
# Builds the documents as a site in site/, or in the folder that is named.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source Scripts/common.sh

site=$(realpath -m "${1:-site}")
if ! "$python" -c 'import mkdocs' 2>/dev/null; then
  fail "the environment .venv has no MkDocs; Scripts/setup.sh --analysis installs it"
fi
source_folder=$(mktemp -d)
trap 'rm -rf "$source_folder"' EXIT
git ls-files --cached --others --exclude-standard -z -- \
  '*.md' LICENSE CITATION.cff docs analysis jobs cluster |
  xargs -0 cp --parents --target-directory="$source_folder"
# With --quiet MkDocs overlooks its own warnings.
FRAMESWEEP_DOCS=$source_folder "$python" -m mkdocs build --strict --site-dir "$site" \
  >"$source_folder/mkdocs.log" 2>&1 || {
  cat "$source_folder/mkdocs.log" >&2
  fail "the documents do not build"
}
echo "$site/index.html"
