terraform {
  required_version = ">= 1.6"

  required_providers {
    qualytics = {
      source  = "qualytics/qualytics"
      version = "~> 0.2.0"
    }
  }
}

variable "datastore_id" {
  type    = number
  default = 101
}

variable "release" {
  description = "What is deployed: a version, a commit, or the number of a schema migration."
  type        = string
  default     = "2026.05.1"
}

# Profile the new schema first. Its result is the gate, because a profile counts no anomalies.
resource "qualytics_run_rerun" "profile" {
  latest   = { operation_type = "profile", datastore = var.datastore_id }
  triggers = { release = var.release }
}

# The scan waits for the profile, and stops the release if it identifies an anomaly.
resource "qualytics_run_rerun" "scan" {
  latest        = { operation_type = "scan", datastore = var.datastore_id }
  max_anomalies = 0
  triggers      = { release = var.release }

  depends_on = [qualytics_run_rerun.profile]
}

# Placeholder for what must not happen with bad data. It is not applied if the scan fails the apply.
resource "terraform_data" "publish" {
  input = var.release

  depends_on = [qualytics_run_rerun.scan]
}
