#!/usr/bin/env bash
# Shows the provider at work: with a real Terraform, against a mock server of the
# Qualytics API on this machine. Fails if anything is not as it says.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

fail() {
	printf '\ndemo: %s\n' "$*" >&2
	exit 1
}

command -v go >/dev/null || fail 'Go is not on PATH. Get it from https://go.dev/doc/install'
terraform=$(command -v terraform || command -v tofu) || fail 'neither terraform nor tofu is on PATH. Get one of them:
  Terraform  https://developer.hashicorp.com/terraform/install
  OpenTofu   https://opentofu.org/docs/intro/install/'
name=$(basename "$terraform")

# Everything is in this directory, and goes with it.
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

# Terraform sees nothing of the caller's own configuration.
unset "${!TF_@}" "${!QUALYTICS_@}"
tf() {
	(cd "$1" && HOME=$work TMPDIR=$work "$terraform" "${@:2}")
}

# run shows a command, and what it printed if it fails.
run() {
	printf '$ %s %s\n' "$name" "${*:2}"
	tf "$@" -no-color >"$work/output" 2>&1 || {
		cat "$work/output"
		fail "$name ${*:2} failed"
	}
}

# expect compares what there is with what there should be.
expect() {
	[[ $2 == "$3" ]] || fail "$1: got '$2', expected '$3'"
}

# field takes a number or a word out of an output value in JSON.
field() {
	[[ $1 =~ \"$2\":\ *\"?([a-z0-9.]+) ]] || fail "no $2 in $1"
	printf '%s' "${BASH_REMATCH[1]}"
}

heading 'Building the provider and the mock server (the first time takes a minute or two)'
GOTMPDIR=$work go build -o "$work/bin/" . ./cmd/mockapi

"$work/bin/mockapi" -run-time 3s >"$work/mock.out" 2>"$work/mock.log" &
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

heading 'Planning: look up the latest successful scan of datastore 101, and rerun it'
run "$work/rerun" plan -out=first.tfplan
sed -n '/will perform the following/,/^Plan:/p' "$work/output"

heading 'Applying: the scan is rerun and waited for'
run "$work/rerun" apply first.tfplan
first=$(tf "$work/rerun" output -json scan)
echo "scan = $first"
expect 'result of the first rerun' "$(field "$first" result)" success
origin=$(field "$first" rerun_of)

heading 'A new release: the scan is rerun, and replaces the one before'
run "$work/rerun" apply -auto-approve -var release=2026.05.2
second=$(tf "$work/rerun" output -json scan)
echo "scan = $second"
expect 'result of the second rerun' "$(field "$second" result)" success
[[ $(field "$second" id) != "$(field "$first" id)" ]] || fail 'the new release did not start a new Run'
expect 'source of the second rerun' "$(field "$second" rerun_of)" "$origin"

heading 'The same release again: nothing to do'
run "$work/rerun" plan -var release=2026.05.2 -detailed-exitcode
grep '^No changes' "$work/output"

heading 'Destroying: the record of the rerun is deleted'
run "$work/rerun" destroy -auto-approve -var release=2026.05.2
grep '^Destroy complete' "$work/output"

heading 'What is left, looked up with the data sources'
mkdir "$work/look"
cat >"$work/look/main.tf" <<EOF
terraform {
  required_providers {
    qualytics = { source = "qualytics/qualytics" }
  }
}

data "qualytics_operations" "first" { id = $(field "$first" id) }
data "qualytics_operations" "second" { id = $(field "$second" id) }
data "qualytics_operation" "source" { id = $origin }

output "left" {
  value = {
    records_of_reruns = data.qualytics_operations.first.total + data.qualytics_operations.second.total
    source            = data.qualytics_operation.source.id
    result_of_source  = data.qualytics_operation.source.result
  }
}
EOF
run "$work/look" apply -auto-approve
left=$(tf "$work/look" output -json left)
echo "left = $left"
expect 'records of the reruns' "$(field "$left" records_of_reruns)" 0
expect 'result of the source Run' "$(field "$left" result_of_source)" success

heading 'The requests that changed something: one rerun per release, one deletion per rerun'
changes=$(sed -nE 's/^[^ ]+ ((PUT|DELETE) .*)/\1/p' "$work/mock.log")
echo "$changes"
expect 'requests' "$changes" "PUT /api/operations/rerun/$origin 200
PUT /api/operations/rerun/$origin 200
DELETE /api/operations/$(field "$first" id) 204
DELETE /api/operations/$(field "$second" id) 204"

printf '\nAll as it should be. The configuration is in examples/complete/rerun-on-deployment.\n'
