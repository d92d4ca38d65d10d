#!/usr/bin/env bash
# Demonstrates the provider with a real Terraform, against a mock server of the Qualytics API on this
# machine. Fails if a result is not as expected.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

fail() {
	printf '\ndemo: %s\n' "$*" >&2
	exit 1
}

command -v go >/dev/null || fail 'Go is not on PATH. Install it from https://go.dev/doc/install'
terraform=$(command -v terraform || command -v tofu) || fail 'neither terraform nor tofu is on PATH. Install one of them:
  Terraform  https://developer.hashicorp.com/terraform/install
  OpenTofu   https://opentofu.org/docs/intro/install/'
name=$(basename "$terraform")

# All files are in this directory, which is removed at the end.
work=$(mktemp -d)
mock=
clean_up() {
	trap '' INT TERM HUP
	if [[ -n $mock ]]; then
		kill "$mock" 2>/dev/null || true
		wait "$mock" 2>/dev/null || true
	fi
	rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

heading() { printf '\n== %s\n' "$*"; }

# The error of the gate has Terraform's colors in a terminal, and in the picture of the documentation.
color=(-no-color)
if [[ -t 1 || -n ${FORCE_COLOR:-} ]]; then
	color=()
fi

# Terraform must not use the caller's own configuration.
unset "${!TF_@}" "${!QUALYTICS_@}"
tf() {
	(cd "$1" && HOME=$work TMPDIR=$work "$terraform" "${@:2}")
}

# run prints a command and, if it fails, its output.
run() {
	printf '$ %s %s\n' "$name" "${*:2}"
	tf "$@" -no-color >"$work/output" 2>&1 || {
		cat "$work/output"
		fail "$name ${*:2} failed"
	}
}

# expect fails unless two values are equal.
expect() {
	[[ $2 == "$3" ]] || fail "$1: got '$2', expected '$3'"
}

# field prints a number or a word from an output value in JSON.
field() {
	[[ $1 =~ \"$2\":\ *\"?([a-z0-9.]+) ]] || fail "no $2 in $1"
	printf '%s' "${BASH_REMATCH[1]}"
}

heading 'Building the provider and the mock server (the first time takes a few minutes)'
GOTMPDIR=$work go build -o "$work/bin/" . ./cmd/mockapi

: >"$work/mock.out"
"$work/bin/mockapi" -run-time 3s -anomalies 0,37,0 >"$work/mock.out" 2>"$work/mock.log" &
mock=$!
for ((i = 0; i < 100; i++)); do
	url=$(sed -n 's/^listening on //p' "$work/mock.out")
	[[ -z $url ]] || break
	kill -0 "$mock" 2>/dev/null || fail "the mock server did not start: $(cat "$work/mock.log")"
	sleep 0.1
done
[[ -n $url ]] || fail 'the mock server did not start'
echo "The mock server listens on $url, with 240 Runs of the last 30 days."

export QUALYTICS_URL=$url QUALYTICS_TOKEN=demo-token
export TF_CLI_CONFIG_FILE=$work/cli.tfrc TF_INPUT=0 TF_IN_AUTOMATION=1 CHECKPOINT_DISABLE=1
cat >"$TF_CLI_CONFIG_FILE" <<EOF
provider_installation {
  dev_overrides { "qualytics/qualytics" = "$work/bin" }
  direct {}
}
EOF
cp -R examples/complete/rerun-on-deployment "$work/rerun"

heading 'The configuration: scan datastore 101 again on every release, and stop a release with anomalies'
cat "$work/rerun/main.tf"

heading 'The first release: the latest successful scan is rerun, and passes'
run "$work/rerun" apply -auto-approve
first=$(tf "$work/rerun" output -json scan)
echo "scan = $first"
expect 'result of the first scan' "$(field "$first" result)" success
origin=$(field "$first" rerun_of)

heading 'The second release breaks data: the gate stops it, and names the containers'
printf '$ %s %s\n' "$name" 'apply -auto-approve -var release=2026.05.2'
if tf "$work/rerun" apply -auto-approve -var release=2026.05.2 "${color[@]}" >"$work/output" 2>&1; then
	fail 'the gate did not stop the release'
fi
sed -n '/Error: /,$p' "$work/output"
grep -q 'identified 37 anomalies' "$work/output" || fail 'the error does not say how many anomalies there are'

heading 'The data is repaired: the same release is applied again, and passes'
run "$work/rerun" apply -auto-approve -var release=2026.05.2
third=$(tf "$work/rerun" output -json scan)
echo "scan = $third"
expect 'anomalies of the last scan' "$(field "$third" anomalies)" 0

heading 'The same release once more: nothing to do'
run "$work/rerun" plan -var release=2026.05.2 -detailed-exitcode
grep '^No changes' "$work/output"

heading 'Destroying: the record of the last scan is deleted'
run "$work/rerun" destroy -auto-approve -var release=2026.05.2
grep '^Destroy complete' "$work/output"

heading 'The requests that changed something: one rerun per apply, one deletion per record'
changes=$(sed -nE 's/^[^ ]+ ((PUT|DELETE) .*)/\1/p' "$work/mock.log")
echo "$changes"
second=$(($(field "$first" id) + 1))
expect 'requests' "$changes" "PUT /api/operations/rerun/$origin 200
PUT /api/operations/rerun/$(field "$first" id) 200
PUT /api/operations/rerun/$second 200
DELETE /api/operations/$(field "$first" id) 204
DELETE /api/operations/$second 204
DELETE /api/operations/$(field "$third" id) 204"

printf '\nEverything is as expected. The configuration is in examples/complete/rerun-on-deployment.\n'
