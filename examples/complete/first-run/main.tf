terraform {
  required_version = ">= 1.0"

  required_providers {
    qualytics = {
      source  = "qualytics/qualytics"
      version = "~> 0.2.0"
    }
  }
}

variable "datastore_id" {
  description = "Datastore that has no Runs yet."
  type        = number
  default     = 101
}

variable "release" {
  description = "What is deployed: a version, a commit, or the number of a schema migration."
  type        = string
  default     = "2026.05.1"
}

# Discover the tables and views.
resource "qualytics_run" "sync" {
  operation_type = "sync"
  datastore      = var.datastore_id
  settings       = { include = ["table", "view"] }
}

# Learn what their data looks like.
resource "qualytics_run" "profile" {
  operation_type = "profile"
  datastore      = var.datastore_id

  depends_on = [qualytics_run.sync]
}

# Scan all of them on every release, and fail the apply if the scan identifies an anomaly.
resource "qualytics_run" "scan" {
  operation_type = "scan"
  datastore      = var.datastore_id
  settings       = { incremental = false }
  max_anomalies  = 0
  triggers       = { release = var.release }

  depends_on = [qualytics_run.profile]
}
