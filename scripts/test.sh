#!/usr/bin/env bash
# Runs all tests with the installed Terraform or OpenTofu, and downloads neither. Passes its arguments to
# `go test`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

terraform=${TF_ACC_TERRAFORM_PATH:-$(command -v terraform || command -v tofu)} || {
	cat >&2 <<'EOF'
test: neither terraform nor tofu is on PATH, and the acceptance tests need one of them:
  Terraform  https://developer.hashicorp.com/terraform/install
  OpenTofu   https://opentofu.org/docs/intro/install/
If one is elsewhere, set TF_ACC_TERRAFORM_PATH. Without either, `go test ./...` runs the other tests.
EOF
	exit 1
}
version=$("$terraform" version)
version=${version%%$'\n'*}

export TF_ACC=1 TF_ACC_TERRAFORM_PATH=$terraform
if [[ $version == OpenTofu* ]]; then
	# OpenTofu's registry and namespace for the provider under test.
	export TF_ACC_PROVIDER_HOST=${TF_ACC_PROVIDER_HOST:-registry.opentofu.org}
	export TF_ACC_PROVIDER_NAMESPACE=${TF_ACC_PROVIDER_NAMESPACE:-hashicorp}
fi

echo "Running all tests with $version ($terraform) against a mock server on this machine."
echo 'The first run also compiles everything.'
exec "${GO:-go}" test -count=1 -shuffle=on -timeout=20m -parallel=6 "$@" ./...
