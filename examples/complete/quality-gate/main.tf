terraform {
  required_version = ">= 1.6"

  required_providers {
    qualytics = {
      source  = "qualytics/qualytics"
      version = "~> 0.1"
    }
  }
}

# The URL and the token come from the environment: QUALYTICS_URL and QUALYTICS_TOKEN.
provider "qualytics" {}

variable "run_id" {
  description = "Scan whose configuration is reused."
  type        = number
  default     = 53388
}

variable "release" {
  description = "What is deployed: a version, a commit, the number of a schema migration."
  type        = string
  default     = "2026.05.1"
}

variable "max_anomalies" {
  description = "Most anomalies that a release may bring."
  type        = number
  default     = 0
}

resource "qualytics_run_rerun" "scan" {
  run_id = var.run_id

  triggers = {
    release = var.release
  }

  lifecycle {
    postcondition {
      condition     = self.status["anomalies_identified"] <= var.max_anomalies
      error_message = "Run ${self.id} found ${self.status["anomalies_identified"]} anomalies, more than ${var.max_anomalies}."
    }
  }
}

output "scan_id" {
  value = qualytics_run_rerun.scan.id
}
