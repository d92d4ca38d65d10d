#!/usr/bin/env bash
# Draws .github/gate.svg, the picture of the README and of docs/index.md: the gate stops a release of the
# demo. A test compares its text with Terraform's output.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

demo=$(FORCE_COLOR=1 ./scripts/demo.sh)
output=$(sed -n '/^\$ .* apply .*release=2026\.05\.2$/,/╵/p' <<<"$demo" | sed '/╵/q')
[[ $output == *'did not pass max_anomalies'* ]] || {
	printf 'picture: the demo does not print the error of the gate:\n%s\n' "$demo" >&2
	exit 1
}

# The port of the mock server differs each time. freeze refers to a clip path that does not exist.
mkdir -p bin
sed -E -e 's#^\$ tofu#$ terraform#' -e 's#http://127\.0\.0\.1:[0-9]+#https://your-instance.qualytics.io#' <<<"$output" |
	"${GO:-go}" tool -modfile=tools/picture/go.mod freeze --language ansi --output bin/gate.svg \
		--background '#171717' --padding 20,24 --border.radius 8 --font.size 14 --line-height 1.4 \
		--font.family 'ui-monospace, SFMono-Regular, Menlo, Consolas, monospace'
sed 's/ clip-path="url(#terminalMask)"//' bin/gate.svg >.github/gate.svg
