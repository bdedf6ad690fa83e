#!/usr/bin/env bash
# Formats the Swift files that git tracks in place, then lists what is left for a person to mend.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

git ls-files -z -- '*.swift' | xargs -0 swift format format --in-place --parallel
git ls-files -z -- '*.swift' | xargs -0 swift format lint --strict --parallel
